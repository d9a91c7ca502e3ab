"""Tables that say what something of another program is here: what they call ours is ours."""
import re

from tree import Mutant, Offence, rule

PAGES = ("README.md", "docs/guide/coming-from.md")
HEADING = re.compile(r"^#{2,6} `(.*)`$", re.M)
VERB = re.compile(r"^## ctl ([a-z-]+)$", re.M)
SECTION = re.compile(r"^\[([a-z-]+)(?:\.[^]]+)?\]$")


def known_keys(tree):
    """Each setting by its whole name without the section, such as stop.signal; and the sections."""
    sections, keys = set(), set()
    parts = HEADING.split(tree.text("docs/settings.md") if tree.has("docs/settings.md") else "")
    for heading, text in zip(parts[1::2], parts[2::2]):
        if section := SECTION.match(heading):
            sections.add(section.group(1))
            continue
        key = heading.replace("[]", "")
        keys.add(key)
        # What only its text says it may have in it: groups = { replace = [...] }.
        keys.update(f"{key}.{part}" for table in re.findall(r"\{([^{}]*)\}", text) for part in re.findall(r"\b([a-z][a-z-]*) =", table))
    return sections, keys


def tables(tree, path):
    """(line, cells of the column `here`) of each row of each table that has this column."""
    column = None
    for number, line in tree.lines(path):
        if not line.startswith("|"):
            column = None
            continue
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if column is None:
            column = cells.index("here") if "here" in cells else -1
        elif column >= 0 and column < len(cells) and not set(cells[column]) <= set("-:"):
            yield number, cells[column]


def names_of(code, before):
    """The settings that a piece of code names: `a = { b, c = 1 }` is a, a.b and a.c; `.b` is one beside the one before."""
    code = code.strip()
    if code.startswith("."):
        return [before.rpartition(".")[0] + code if "." in before else before + code]
    key, _, value = (part.strip() for part in code.partition("="))
    inner = re.match(r"^\{(.*)\}$", value)
    parts = [p.partition("=")[0].strip() for p in inner.group(1).split(",")] if inner else []
    return [key] + [f"{key}.{part}" for part in parts if re.fullmatch(r"[a-z][a-z-]*", part)]


FINE = {
    "docs/settings.md": "## `[service.NAME]`\n### `stop`\n#### `stop.signal`\n#### `stop.timeout`\n### `type`\nA table { words = [...] }\n",
    "docs/ctl.md": "## ctl status\n",
    "README.md": "| here | there |\n|---|---|\n| `[service.web]` | `x` |\n| `stop.signal`, `.timeout`, `type = \"oneshot\"` | – |\n"
                 "| `type.words`, `stop = { signal, timeout = \"1s\" }` | `nonsense` |\n| `ctl status web` | – |\n\n| other |\n|---|\n| `nonsense` |\n",
    "docs/guide/coming-from.md": "| there | here |\n|---|---|\n| `nonsense` | `type` |\n",
}


def with_row(row):
    return {"README.md": FINE["README.md"].replace("| `[service.web]` | `x` |\n", f"| {row} | x |\n")}


@rule("here", FINE,
      Mutant("README.md:3", with_row("`stopp`")),
      Mutant("README.md:3", with_row("`stop.signals`")),
      Mutant("README.md:3", with_row("`type`, `.signal`")),
      Mutant("README.md:3", with_row("`stop = { signals = 1 }`")),
      Mutant("README.md:3", with_row("`[services.web]`")),
      Mutant("README.md:3", with_row("`ctl stat web`")),
      Mutant("docs/guide/coming-from.md:3", {"docs/guide/coming-from.md": "| there | here |\n|---|---|\n| `x` | `typ` |\n"}),
      Mutant("docs/guide/coming-from.md:1", {"docs/guide/coming-from.md": "no table\n"}))
def here(tree):
    """Each name in the column `here` of a table is a setting, a section or a verb of ctl."""
    sections, keys = known_keys(tree)
    verbs = set(VERB.findall(tree.text("docs/ctl.md"))) if tree.has("docs/ctl.md") else set()
    for path in PAGES:
        rows = list(tables(tree, path)) if tree.has(path) else []
        if not rows:
            yield Offence(path, 1, "has no table with a column `here`")
        for number, cell in rows:
            before = ""
            for code in re.findall(r"`([^`]*)`", cell):
                if code.startswith("ctl "):
                    words = [w for w in code.split()[1:] if re.fullmatch(r"[a-z][a-z-]*", w) and w in verbs]
                    if not words:
                        yield Offence(path, number, f"`{code}`: ctl has no such verb")
                elif section := SECTION.match(code):
                    if section.group(1) not in sections:
                        yield Offence(path, number, f"`{code}`: there is no such section")
                else:
                    names = names_of(code, before)
                    before = names[0]
                    for name in names:
                        if name not in keys:
                            yield Offence(path, number, f"`{name}` is no setting")
