"""Rooms and their borders: DESIGN.md section 4."""
import os
import re
import subprocess

from tree import Mutant, Offence, rule

# Room -> rooms whose headers it may include, besides its own.
ROOMS = {
    "base": (),
    "spec": ("base",),
    "engine": ("base", "spec"),
    "wire": ("base", "spec"),
    "sys": ("base",),
    "init": ("base", "sys"),
    "machine": ("base", "sys"),
    "record": ("base", "sys"),
    "guard": ("base", "sys"),
    "regex": ("base",),
    "config": ("base", "spec", "sys", "regex"),
    "import": ("base", "spec", "config", "sys"),
    "loop": ("base",),
    "log": ("base", "sys", "regex"),
    "daemon": ("base", "spec", "engine", "wire", "config", "sys", "regex", "loop", "log", "record", "guard", "machine"),
    "main": ("base", "spec", "engine", "wire", "config", "sys", "loop", "log", "daemon", "init", "guard", "machine"),
    "ctl": ("base", "spec", "wire", "config", "import", "sys"),
}
EVERYWHERE = tuple(ROOMS)
# Library header -> rooms that may include it.
LIBRARIES = {
    r"uv\.h|uv/.*": ("loop",),
    r"toml\+\+/.*|toml\.hpp": ("config",),
    r"re2/.*": ("regex",),
    r"yaml\.h": ("import",),
    r"spdlog/.*": ("daemon", "main"),
    r"nlohmann/.*": ("wire", "config", "daemon", "ctl"),
    r"CLI/.*": ("main", "ctl"),
    r"n?curses\.h": ("ctl",),
    r"catch2/.*": (),
    r"iostream|format|print|regex": (),  # Slow to start, missing in g++ 12, or both; fmt does it.
    # What can reach the kernel, a clock, or chance is nothing for a pure room; sys/types.h only names types.
    r"(?!sys/types\.h)(sys|linux|net|netinet|arpa|asm)/.*|(unistd|fcntl|signal|time|poll|pthread|dirent|spawn|pwd|grp|sched|stdio)\.h"
    r"|fstream|filesystem|thread|mutex|condition_variable|future|random|ctime|csignal|cstdio":
        tuple(r for r in EVERYWHERE if r not in ("spec", "engine", "wire")),
}
PURE_ROOMS = ("base", "spec", "engine", "wire")
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def room_of(path):
    parts = path.split("/")
    return parts[0] if parts[0] == "ctl" else "main" if len(parts) == 2 else parts[1]


def includes(tree):
    """(path, line, quoted name or None, name in angle brackets or None) of all #include lines of the product."""
    for path in tree.files("supervisord/*.[ch]pp", "ctl/*.[ch]pp"):
        for number, line in tree.lines(path):
            match = INCLUDE.match(line)
            if match:
                yield path, number, match.group(1), match.group(2)


@rule("layers",
      {"supervisord/engine/a.cpp": '#include "base/a.hpp"\n#include "engine/b.hpp"\n', "ctl/a.cpp": '#include "ctl/b.hpp"\n',
       "supervisord/main.cpp": '#include "daemon/a.hpp"\n'},
      Mutant("supervisord/engine/bad.cpp:2", {"supervisord/engine/bad.cpp": '#include "base/a.hpp"\n#include "sys/a.hpp"\n'}),
      Mutant("supervisord/base/bad.hpp:1", {"supervisord/base/bad.hpp": '#include "spec/a.hpp"\n'}),
      Mutant("ctl/bad.cpp:1", {"ctl/bad.cpp": '#include "engine/a.hpp"\n'}),
      Mutant("supervisord/sys/bad.cpp:1", {"supervisord/sys/bad.cpp": '#include "neighbour.hpp"\n'}),
      Mutant("supervisord/attic/bad.cpp:1", {"supervisord/attic/bad.cpp": '#include "base/a.hpp"\n'}))
def layers(tree):
    for path, line, name, _ in includes(tree):
        room = room_of(path)
        if room not in ROOMS:
            yield Offence(path, line, f"the room {room} is not in the table of tests/house/rules_layers.py")
        elif name and name.partition("/")[0] not in (*ROOMS[room], room):
            yield Offence(path, line, f'{room} may not include "{name}": only {", ".join((*ROOMS[room], room))}')


# What takes seconds to compile -> the headers that may include it; every other header would hand it on to whole rooms.
SLOW_HEADERS = {
    "wire/message_tables.hpp": ("supervisord/wire/json_text.hpp",),
    "wire/command_rows.hpp": (),
    **{f"wire/{group}_command_rows.hpp": ("supervisord/wire/command_rows.hpp",) for group in ("files", "insight", "services", "supervisord")},
    "daemon/engine_rows.hpp": ("supervisord/daemon/manager_rows.hpp",),
    "daemon/manager_rows.hpp": (),
    "spdlog/spdlog.h": (),
}


@rule("slow-headers",
      {"supervisord/wire/a.cpp": '#include "wire/message_tables.hpp"\n', "supervisord/daemon/a.hpp": '#include "daemon/say.hpp"\n'},
      Mutant("supervisord/wire/bad.hpp:1", {"supervisord/wire/bad.hpp": '#include "wire/message_tables.hpp"\n'}),
      Mutant("supervisord/daemon/bad.hpp:2", {"supervisord/daemon/bad.hpp": "#pragma once\n#include <spdlog/spdlog.h>\n"}))
def slow_headers(tree):
    for path, line, quoted, angled in includes(tree):
        name = quoted or angled
        if path.endswith(".hpp") and name in SLOW_HEADERS and path not in SLOW_HEADERS[name]:
            yield Offence(path, line, f"{name} is slow to compile: only the .cpp files that need it include it")


@rule("libraries",
      {"supervisord/loop/a.cpp": "#include <uv.h>\n", "supervisord/sys/a.cpp": "#include <unistd.h>\n",
       "supervisord/wire/a.cpp": "#include <sys/types.h>\n#include <nlohmann/json.hpp>\n"},
      Mutant("supervisord/daemon/bad.cpp:1", {"supervisord/daemon/bad.cpp": "#include <uv.h>\n"}),
      Mutant("supervisord/sys/bad.cpp:1", {"supervisord/sys/bad.cpp": "#include <toml++/toml.h>\n"}),
      Mutant("supervisord/log/bad.cpp:1", {"supervisord/log/bad.cpp": "#include <spdlog/spdlog.h>\n"}),
      Mutant("supervisord/engine/bad.hpp:1", {"supervisord/engine/bad.hpp": "#include <nlohmann/json.hpp>\n"}),
      Mutant("supervisord/wire/bad.cpp:1", {"supervisord/wire/bad.cpp": "#include <unistd.h>\n"}),
      Mutant("ctl/bad.cpp:1", {"ctl/bad.cpp": "#include <iostream>\n"}))
def libraries(tree):
    for path, line, _, name in includes(tree):
        for pattern, rooms in LIBRARIES.items() if name else ():
            if re.fullmatch(pattern, name) and room_of(path) not in rooms:
                where = f"only {', '.join(rooms)} may" if rooms else "nothing may"
                yield Offence(path, line, f"{room_of(path)} includes <{name}>; {where}")


# Subject of purity-allowed.txt -> the library that is looked at, and which of its objects.
PURE = {**{room: (f"libroom_{room}.a", "") for room in PURE_ROOMS}, "child": ("libroom_sys.a", "child.cpp.o"),
        "guard": ("libroom_guard.a", "")}
MANAGERS_SIDE = "holder.cpp.o"  # Of the guard: runs in the manager, and may allocate.


def allowed_symbols(tree):
    """Subject -> one pattern of all symbols that it may need. The file says `SUBJECT... : PATTERN` per line."""
    patterns = {subject: [] for subject in PURE}
    for _, line in tree.lines("tests/house/purity-allowed.txt"):
        line = line.strip()
        if line and not line.startswith("#"):
            subjects, _, pattern = line.partition(":")
            for subject in PURE_ROOMS if subjects.strip() == "all" else subjects.split():
                patterns[subject].append(pattern.strip())
    return {subject: re.compile("|".join(f"(?:{p})" for p in found or ["$^"])) for subject, found in patterns.items()}


def undefined_symbols(library):
    """(object, symbol) for each symbol that an object of the library needs and does not define."""
    done = subprocess.run(["nm", "-uC", library], capture_output=True, text=True, check=False)
    member = os.path.basename(library)
    for line in done.stdout.splitlines():
        if line.endswith(".o:"):
            member = line[:-1]
        elif line.strip():
            yield member, line.strip().partition(" ")[2]


PURE_CODE = "extern void *memcpy(void *, const void *, unsigned long); void *f(void *a, void *b) { return memcpy(a, b, 9); }"
IMPURE_CODE = "extern long time(long *); long f(void) { return time(0); }"


@rule("purity",
      {"tests/house/purity-allowed.txt": "# comment\nall: memcpy\nchild guard: memcpy\n", "supervisord/sys/child.cpp": "",
       "supervisord/guard/a.cpp": "",
       **{f"supervisord/{room}/a.cpp": "" for room in PURE_ROOMS},
       **{f"build/{library}.c": PURE_CODE for library, _ in PURE.values()}},
      Mutant("supervisord/engine", {"build/libroom_engine.a.c": IMPURE_CODE}),
      Mutant("supervisord/wire", {"build/libroom_wire.a.c": IMPURE_CODE}),
      Mutant("supervisord/sys/child.cpp", {"build/libroom_sys.a.c": IMPURE_CODE}),
      Mutant("supervisord/guard", {"build/libroom_guard.a.c": IMPURE_CODE}),
      Mutant("supervisord/spec", {"build/libroom_spec.a.c": "syntax error: no library\n"}))
def purity(tree):
    """The linker's word that the pure rooms cannot reach the kernel, and the child and the guard no allocator: each symbol is allowed by name."""
    allowed = allowed_symbols(tree)
    for subject, (library, member) in PURE.items():
        place = "supervisord/sys/child.cpp" if member else f"supervisord/{subject}"
        if not tree.files(place, f"{place}/*.cpp"):
            continue  # Headers alone need nothing that their users do not.
        built = library_at(tree, library, member)
        if not built:
            yield Offence(place, 1, f"cannot be checked: {library} was not built")
            continue
        for name, symbol in sorted(set(undefined_symbols(built))):
            if name.endswith(member) and name != MANAGERS_SIDE and not allowed[subject].fullmatch(symbol):
                yield Offence(place, 1, f"{name} needs '{symbol}', which purity-allowed.txt does not name")


def library_at(tree, library, member):
    """Where the library is; a mutant's is compiled from C first. Nothing if there is none."""
    place = tree.built(library)
    if os.path.exists(place + ".c"):
        obj = tree.built(member or library + ".o")
        done = subprocess.run(["cc", "-xc", "-c", place + ".c", "-o", obj], capture_output=True, check=False)
        return obj if done.returncode == 0 else None
    return place if os.path.exists(place) else None
