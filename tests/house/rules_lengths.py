"""Lengths of functions and files, ratcheted: what is too long today is written down, may shrink, and may not grow."""
import json
import os

from cpp_text import bare, functions
from tree import Mutant, Offence, rule

RATCHET = "tests/house/ratchet.json"
FUNCTION_LIMIT = 60
FILE_LIMIT = 500
GUARD_LIMIT = 600
# What the guard needs only to go on as another program: a sitting of its own.
CHANGE_OF_PROGRAM, CHANGE_LIMIT = ("/handover.", "/keeper_programs."), 250
ADVICE = f"split it (or record it in {RATCHET}, with the reason in the commit)"


def recorded(tree):
    return json.loads(tree.text(RATCHET)) if tree.has(RATCHET) else {}


def long_functions(tree):
    """path:name -> (length, line) of the product's functions over the limit. Test cases are prose and are not measured."""
    found = {}
    for path in tree.files("supervisord/*.[ch]pp", "ctl/*.[ch]pp"):
        for name, line, length in functions(tree.text(path)):
            if length > FUNCTION_LIMIT and length > found.get(f"{path}:{name}", (0, 0))[0]:
                found[f"{path}:{name}"] = (length, line)
    return found


def long_files(tree):
    """path -> (length, 1) of all files of code over the limit. Tables are typography and may be long."""
    paths = (*tree.sources(), *tree.files("scripts/*", "tests/*/run", "tests/*.py", "tests/*.sh", "tests/run"))
    tables = set(tree.files("*_rows.hpp", "*_tables.hpp", "*_fields.hpp"))
    lengths = {path: tree.text(path).count("\n") for path in paths if path not in tables}
    return {path: (length, 1) for path, length in lengths.items() if length > FILE_LIMIT}


def ratcheted(tree, what, measured, limit):
    """Offences of what is over the limit and either new or longer than recorded, or shorter: then the ratchet is to be lowered."""
    known = recorded(tree).get(what, {})
    for key, (length, line) in measured.items():
        path = key.partition(":")[0]
        if length > known.get(key, limit):
            yield Offence(path, line, f"{key} has {length} lines; allowed are {known.get(key, limit)}: {ADVICE}")
    for key, length in known.items():
        if measured.get(key, (0, 0))[0] < length:
            yield Offence(RATCHET, 1, f"{key} is shorter than {length} lines now: lower it with tests/house/run --update")


def update(tree):
    """Lowers what may be lowered. New entries are made by hand: each is a decision."""
    known = recorded(tree)
    for what, measured in (("functions", long_functions(tree)), ("files", long_files(tree))):
        lower = {k: min(v, measured.get(k, (0, 0))[0]) for k, v in known.get(what, {}).items()}
        known[what] = {k: v for k, v in sorted(lower.items()) if v > 0}
    with open(os.path.join(tree.root, RATCHET), "w", encoding="utf-8") as file:
        json.dump(known, file, indent=2)
        file.write("\n")
    tree._texts.pop(RATCHET, None)


def function_of(lines):
    return "namespace a {\n// why\nint f(int x) noexcept {\n" + "  x = x + 1;  // }\n" * (lines - 2) + "}\n}\n"


@rule("function-lengths",
      {"supervisord/sys/a.cpp": function_of(60), "ctl/known.cpp": function_of(70),
       RATCHET: '{"functions": {"ctl/known.cpp:f": 70}}', "supervisord/sys/table.hpp": "const int t[] = {\n" + "1,\n" * 90 + "};\n",
       "supervisord/sys/type.hpp": "struct T {\n" + "  int f() { return 1; }\n" * 90 + "};\n"},
      Mutant("supervisord/sys/bad.cpp:3", {"supervisord/sys/bad.cpp": function_of(61)}),
      Mutant("ctl/known.cpp:3", {"ctl/known.cpp": function_of(71)}),
      Mutant(RATCHET + ":1", {"ctl/known.cpp": function_of(69)}),
      Mutant("ctl/method.cpp:1", {"ctl/method.cpp": "A::A(int b)\n    : b_(b), c_{b} {\n" + "  f([] { return 'x'; });\n" * 60 + "}\n"}))
def function_lengths(tree):
    return ratcheted(tree, "functions", long_functions(tree), FUNCTION_LIMIT)


@rule("file-lengths",
      {"supervisord/sys/a.cpp": "\n" * 500, "supervisord/wire/command_rows.hpp": "\n" * 900, RATCHET: '{"files": {"ctl/known.cpp": 600}}', "ctl/known.cpp": "\n" * 600},
      Mutant("supervisord/sys/bad.cpp:1", {"supervisord/sys/bad.cpp": "\n" * 501}),
      Mutant("ctl/known.cpp:1", {"ctl/known.cpp": "\n" * 601}),
      Mutant(RATCHET + ":1", {"ctl/known.cpp": "\n" * 599}))
def file_lengths(tree):
    return ratcheted(tree, "files", long_files(tree), FILE_LIMIT)


def telling_lines(text):
    """Lines of code that say something: neither blank, comment, #include nor a lone bracket."""
    return sum(1 for line in bare(text).split("\n") if line.strip(" \t{}();") and not line.startswith("#"))


@rule("guard-length",
      {"supervisord/guard/a.cpp": '#include "a.hpp"\n// why\n{\n' + "f();\n" * 400, "supervisord/guard/b.hpp": "#pragma once\n" + "f();\n" * 200,
       "supervisord/guard/holder.cpp": "f();\n" * 100, "supervisord/guard/handover.cpp": "f();\n" * 250, "supervisord/sys/a.cpp": "f();\n" * 100},
      Mutant("supervisord/guard/a.cpp:1", {"supervisord/guard/c.cpp": "f();\n"}),
      Mutant("supervisord/guard/handover.cpp:1", {"supervisord/guard/keeper_programs.cpp": "f();\n"}))
def guard_length(tree):
    """Who wants to trust the guard reads all of it in one sitting. The manager's side (holder) is not the guard's."""
    files = [path for path in tree.files("supervisord/guard/*.[ch]pp") if "/holder." not in path]
    change = [path for path in files if any(name in path for name in CHANGE_OF_PROGRAM)]
    loop = [path for path in files if path not in change]
    for part, limit, what in ((loop, GUARD_LIMIT, "the guard"), (change, CHANGE_LIMIT, "the guard's change of program")):
        total = sum(telling_lines(tree.text(path)) for path in part)
        if total > limit:
            yield Offence(part[0], 1, f"{what} has {total} lines of code; allowed are {limit}")
