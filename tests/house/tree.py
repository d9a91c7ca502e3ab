"""The files of the project as the rules see them, and the registry of rules."""
import fnmatch
import os
import subprocess


class Offence:
    """One place that breaks a rule."""

    def __init__(self, path, line, text):
        self.path, self.line, self.text = path, line, text

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


class Tree:
    """A checkout (or the little one of a mutant) and the folder with what was built from it."""

    def __init__(self, root, build):
        self.root, self.build = root, build
        self._names, self._texts = None, {}

    def files(self, *patterns):
        """Relative paths, sorted. `*` in a pattern also matches slashes."""
        if self._names is None:
            self._names = sorted(self._tracked() or self._walked())
        return [n for n in self._names if any(fnmatch.fnmatchcase(n, p) for p in patterns)]

    def _tracked(self):
        """What git knows or would add, so that a new file is seen before it is added."""
        if not os.path.exists(os.path.join(self.root, ".git")):
            return []
        done = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=self.root,
                              capture_output=True, text=True, check=False)
        names = done.stdout.split("\0") if done.returncode == 0 else []
        return {n for n in names if n and os.path.isfile(os.path.join(self.root, n))}

    def _walked(self):
        for folder, folders, names in os.walk(self.root):
            top = os.path.relpath(folder, self.root)
            folders[:] = [f for f in folders if top != "." or f not in (".git", "build", "run")]
            yield from (os.path.normpath(os.path.join(top, n)) for n in names)

    def sources(self):
        """The C++ (and C) files of the product and of the tests."""
        return self.files("supervisord/*.[ch]pp", "ctl/*.[ch]pp", "tests/*.[ch]pp", "tests/*.c")

    def has(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace", newline="") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def lines(self, path):
        """(number from 1, line without its end) of each line."""
        return enumerate(self.text(path).split("\n"), 1)

    def built(self, name):
        return os.path.join(self.build, name)


class Mutant:
    """Files which break a rule, and the place that the rule must name."""

    def __init__(self, place, files):
        self.place, self.files = place, files


class Rule:
    def __init__(self, name, check, fine, mutants):
        self.name, self.check, self.fine, self.mutants = name, check, fine, mutants


RULES = []


def rule(name, fine, *mutants):
    """Registers a rule: a function from a Tree to offences, files that it must accept, and mutants that it must catch.

    Paths of `fine` and of the mutants that begin with build/ are put into the build folder and made executable."""

    def register(check):
        RULES.append(Rule(name, check, fine, mutants))
        return check

    return register
