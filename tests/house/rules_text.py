"""What may not stand in a file, and what must."""
import re

from cpp_text import bare
from tree import Mutant, Offence, rule

PRODUCT = ("supervisord/*.[ch]pp", "ctl/*.[ch]pp")
# What is called, where it may not be, and what to do instead. Comments and literals do not count.
BANNED = [
    (re.compile(r"(?<![\w.>])(?:std::|::)?(?:system|popen)\s*\("), (*PRODUCT, "tests/*.[ch]pp"), (), "runs a shell: spawn an argv array"),
    (re.compile(r"(?<![\w.>])(?:std::|::)?(?:exit|quick_exit|_Exit)\s*\("), PRODUCT, ("*/main.cpp",),
     "nothing below main exits: return the error"),
    (re.compile(r"(?<![\w.>])(?:::)?_exit\s*\("), PRODUCT, ("*/main.cpp", "supervisord/sys/*", "supervisord/init/child.cpp", "supervisord/machine/end.cpp", "supervisord/guard/keeper*.cpp"),
     "only a child before exec, and the guard, may _exit"),
    (re.compile(r"\b(?:sleep|usleep|nanosleep|sleep_for|sleep_until)\s*\("), ("tests/unit/*", "tests/sim/*", *PRODUCT),
     ("supervisord/sys/lock.cpp", "supervisord/sys/memory.cpp"),  # Nothing tells that a lock's holder has written its pid, or that memory is free.
     "waits for time instead of a condition"),
    (re.compile(r"\bshared_ptr\b"), PRODUCT,
     ("supervisord/spec/spec_set.hpp",),  # A definition never changes, and workers read it when the engine has another one.
     "ownership is unique; across time use an id"),
    (re.compile(r"\bassert\s*\("), PRODUCT, (), "CHECK is on in release builds, too"),
]


@rule("banned-calls",
      {"supervisord/main.cpp": "int main() { exit(1); }\n", "ctl/a.cpp": '// system(\nauto a = "system(";\nx.exit();\nimage->system(1);\n',
       "supervisord/sys/child.cpp": "_exit(127);\n", "tests/sys/a.cpp": "usleep(1);\n"},
      Mutant("ctl/bad.cpp:1", {"ctl/bad.cpp": 'void f() { system("ls"); }\n'}),
      Mutant("tests/unit/bad.cpp:2", {"tests/unit/bad.cpp": "\nstd::this_thread::sleep_for(1s);\n"}),
      Mutant("supervisord/daemon/bad.cpp:1", {"supervisord/daemon/bad.cpp": "void f() { std::exit(1); }\n"}),
      Mutant("supervisord/daemon/bad.cpp:1", {"supervisord/daemon/bad.cpp": "void f() { ::_exit(1); }\n"}),
      Mutant("supervisord/log/bad.cpp:1", {"supervisord/log/bad.cpp": "std::shared_ptr<int> p;\n"}),
      Mutant("supervisord/log/bad.cpp:1", {"supervisord/log/bad.cpp": 'auto* f = popen("ls", "r");\n'}))
def banned_calls(tree):
    for pattern, where, exempt, why in BANNED:
        allowed = set(tree.files(*exempt)) if exempt else set()
        for path in tree.files(*where):
            if path not in allowed:
                for number, line in enumerate(bare(tree.text(path)).split("\n"), 1):
                    if pattern.search(line):
                        yield Offence(path, number, f"{pattern.search(line).group(0).strip()}: {why}")


CHILD = "supervisord/sys/child.cpp"
ATTRIBUTES = "supervisord/sys/child_attributes.cpp"
# Between fork and exec the parent's memory is shared and its locks may be held by threads that are not there.
IN_CHILD = re.compile(r"\b(?:new|delete|throw|try|std::(?:string|vector|function|unique_ptr|map)|malloc|calloc|realloc|free|printf|fprintf"
                      r"|snprintf|getpw\w+|getgr\w+|setenv|exit|setuid|setgid|setresuid|setresgid|setgroups)\b(?=\s*[({<\"&*]|\s+\w)|\bfmt::")


@rule("child-code",
      {ATTRIBUTES: "int g() { return prctl(1); }\n",
       CHILD: "// The steps; no new things.\nint f() { return syscall(SYS_setresuid, 1, 1, 1); }\nconst char* const* names();\n",
       "supervisord/sys/child_plan.cpp": "std::string s;\n"},
      Mutant(CHILD + ":2", {CHILD: "int f() {\n  auto* p = new int;\n}\n"}),
      Mutant(CHILD + ":1", {CHILD: 'std::string s("x");\n'}),
      Mutant(CHILD + ":1", {CHILD: "auto s = fmt::format(x);\n"}),
      Mutant(CHILD + ":1", {CHILD: "int f() { return ::setresuid(1, 1, 1); }\n"}),
      Mutant(ATTRIBUTES + ":1", {ATTRIBUTES: "std::string s;\n"}),
      Mutant(CHILD + ":1", {CHILD: "void f() { throw 1; }\n"}))
def child_code(tree):
    """The steps between fork and exec stand in two files, where nothing allocates, throws, locks or signals other threads."""
    for path in (CHILD, ATTRIBUTES):
        if not tree.has(path):
            yield Offence(path, 1, "is not there")
            continue
        for number, line in enumerate(bare(tree.text(path)).split("\n"), 1):
            for match in IN_CHILD.finditer(line):
                yield Offence(path, number, f"'{match.group(0)}' between fork and exec: only async-signal-safe calls on flat data")


NOT_OURS = ("*.png", "*.svg", "*/corpus/*", "tests/fixtures/*", "LICENSE")


def written_by_us(tree):
    skipped = set(tree.files(*NOT_OURS))
    return [path for path in tree.files("*") if path not in skipped]


@rule("whitespace", {"a.md": "text\n\ntext\n", "empty": "", "Makefile": "a:\n\tb\n"},
      Mutant("bad.md:2", {"bad.md": "text\ntext \n"}),
      Mutant("ctl/bad.cpp:1", {"ctl/bad.cpp": "\tint a;\n"}),
      Mutant("bad.md:1", {"bad.md": "no line end"}),
      Mutant("bad.md:1", {"bad.md": "text\r\n"}))
def whitespace(tree):
    for path in written_by_us(tree):
        text = tree.text(path)
        for number, line in tree.lines(path):
            if line != line.rstrip():
                yield Offence(path, number, "white space at the end of the line")
            if "\t" in line and path.endswith((".cpp", ".hpp", ".py", ".toml")):
                yield Offence(path, number, "a tab")
        if text and not text.endswith("\n"):
            yield Offence(path, text.count("\n") + 1, "no line end at the end of the file")


UNFINISHED = re.compile(r"\b(FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")


@rule("finished", {"ctl/a.cpp": "// TODO: carry over the third case when kernels before 5.4 are gone.\n"},
      Mutant("ctl/bad.cpp:1", {"ctl/bad.cpp": "// FIX" + "ME later\n"}),
      Mutant("ctl/placeholder_tmp.cpp:1", {"ctl/placeholder_tmp.cpp": "// A thing.\n"}))
def finished(tree):
    for path in written_by_us(tree):
        for number, line in tree.lines(path):
            if UNFINISHED.search(line):
                yield Offence(path, number, f"{UNFINISHED.search(line).group(0)}: finish it, or name what would in a TODO")
        if "placeholder" in path or path.endswith(("_tmp.cpp", "_tmp.hpp", ".orig", ".rej")):
            yield Offence(path, 1, "left from the work")


@rule("headers",
      {"ctl/a.cpp": '#include "ctl/a.hpp"\n', "ctl/a.hpp": "// Contract of this concept.\n#pragma once\n",
       "tests/unit/b.cpp": "// What a file is about, in words.\n#include <string>\n"},
      Mutant("ctl/bad.cpp:1", {"ctl/bad.cpp": "#include <string>\n"}),
      Mutant("ctl/bad.cpp:1", {"ctl/bad.cpp": "// bad.cpp\n"}),
      Mutant("ctl/bad.hpp:1", {"ctl/bad.hpp": "// Contract of this concept.\nint a;\n"}))
def headers(tree):
    """A concept is said once: at the beginning of its header, or of its .cpp where it has no header. A file name is no word; a
    test's file name says what it tests."""
    for path in tree.sources():
        if path.endswith("_test.cpp") or (path.endswith(".cpp") and tree.has(path[:-3] + "hpp")):
            continue
        first = tree.text(path).partition("\n")[0]
        words = [w for w in first.lstrip("/* ").split() if "." not in w[:-1]]
        if not first.startswith(("//", "/*")) or len(words) < 3:
            yield Offence(path, 1, "does not begin with a comment that says what its concept is")
        if path.endswith(".hpp") and "#pragma once" not in tree.text(path):
            yield Offence(path, 1, "has no #pragma once")
