"""What is derived from the code equals what is committed; what is shown to users works."""
import os
import re
import subprocess
import tempfile

from tree import Mutant, Offence, rule

# Program of the build folder with its arguments -> the file that must hold what it prints.
REFERENCES = {
    ("ctl", "schema"): "docs/supervisord.schema.json",
    ("ctl", "schema", "--manual"): "docs/settings.md",
    ("ctl", "__reference", "ctl"): "docs/ctl.md",
    ("ctl", "__reference", "interface"): "docs/io.supervisord.varlink",
    ("ctl", "__reference", "output"): "docs/ctl-output.schema.json",
    ("tests/print_states",): "docs/states.dot",
    ("tests/print_states", "--markdown"): "docs/states.md",
}


def printed(tree, command):
    """What a built program prints, and nothing; or None and why not."""
    try:
        done = subprocess.run([tree.built(command[0]), *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"cannot run {command[0]}: {error.__class__.__name__}"
    return (done.stdout, "") if done.returncode == 0 else (None, f"{' '.join(command)}: exit code {done.returncode}: {done.stderr[:400]}")


def echoing(text):
    return f"#!/bin/sh\necho '{text}'\n"


FINE_REFERENCES = {
    "build/ctl": '#!/bin/sh\necho "words $*"\n', "build/tests/print_states": echoing("states"),
    "docs/supervisord.schema.json": "words schema\n", "docs/settings.md": "words schema --manual\n", "docs/states.dot": "states\n",
    "docs/states.md": "states\n",
    "docs/ctl.md": "words __reference ctl\n", "docs/io.supervisord.varlink": "words __reference interface\n",
    "docs/ctl-output.schema.json": "words __reference output\n",
}


@rule("references", FINE_REFERENCES,
      Mutant("docs/settings.md:1", {"docs/settings.md": "words schema --manual\nby hand\n"}),
      Mutant("docs/states.dot:1", {"build/tests/print_states": echoing("other states")}),
      Mutant("docs/states.dot:1", {"build/tests/print_states": "#!/bin/sh\nexit 1\n"}))
def references(tree):
    for command, path in REFERENCES.items():
        text, error = printed(tree, command)
        if text is None:
            yield Offence(path, 1, error)
        elif not tree.has(path) or tree.text(path) != text:
            yield Offence(path, 1, f"is not what {' '.join(command)} prints: tests/house/run --update writes it")


def update(tree):
    """Writes the references anew."""
    for command, path in REFERENCES.items():
        text, _ = printed(tree, command)
        if text is not None:
            os.makedirs(os.path.dirname(os.path.join(tree.root, path)), exist_ok=True)
            with open(os.path.join(tree.root, path), "w", encoding="utf-8") as file:
                file.write(text)
            tree._texts.pop(path, None)


@rule("examples", {"build/ctl": "#!/bin/sh\n! grep -q wrong $2/*.toml\n", "conf.d/web.toml": "right\n"},
      Mutant("conf.d:1", {"conf.d/bad.toml": "wrong\n"}),
      Mutant("conf.d:1", {"build/ctl": "no program"}))
def examples(tree):
    """The shipped services load, together: one may require another's."""
    try:
        done = subprocess.run([tree.built("ctl"), "check", os.path.join(tree.root, "conf.d")], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Offence("conf.d", 1, f"cannot run ctl check: {error.__class__.__name__}")
        return
    if done.returncode != 0:
        yield Offence("conf.d", 1, f"ctl check: exit code {done.returncode}: {(done.stdout + done.stderr).strip()}")


README_BLOCK = re.compile(r"^<!-- house: run -->\n+```sh\n(.*?)^```$", re.M | re.S)
KEEPER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "integration", "keeper")
README_SECONDS = "60"


@rule("readme", {"README.md": "<!-- house: run -->\n```sh\ntest -d conf.d && tool\n```\n\n```sh\nfalse  # not marked\n```\nmake test\n",
                 "build/tool": "#!/bin/sh\n", "conf.d/a.toml": "\n", "Makefile": "test:\n"},
      Mutant("README.md:1", {"README.md": "no block\n"}),
      Mutant("README.md:3", {"README.md": "A\n<!-- house: run -->\n```sh\nfalse\n```\n"}),
      Mutant("README.md:2", {"README.md": "<!-- house: run -->\n```sh\nno-such-tool\n```\n"}),
      Mutant("README.md:2", {"README.md": "<!-- house: run -->\n```sh\ntool &\n```\n", "build/tool": "#!/bin/sh\nsleep 98765\n"}),
      Mutant("README.md:5", {"README.md": "<!-- house: run -->\n```sh\ntool\n```\nmake trouble\n"}))
def readme(tree):
    """The blocks that are marked run in one shell, in order, in a folder of their own that holds conf.d, and leave nothing behind."""
    text = tree.text("README.md") if tree.has("README.md") else ""
    blocks = list(README_BLOCK.finditer(text))
    if not blocks:
        yield Offence("README.md", 1, "no ```sh block is marked <!-- house: run -->")
    for number, line in enumerate(text.split("\n"), 1):
        for target in re.findall(r"^\W*make ([a-z]+)", line):
            if not re.search(rf"^{target}:", tree.text("Makefile"), re.M):
                yield Offence("README.md", number, f"make {target}: no such target")
    if blocks and (error := run_blocks(tree, blocks)):
        line = text.count("\n", 0, blocks[0].start(1))
        yield Offence("README.md", line, "the marked blocks do not run: " + error)


def run_blocks(tree, blocks):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "readme.sh"), "w", encoding="utf-8") as file:
            file.write("set -x\n" + "\n".join(block.group(1) for block in blocks))
        with open(os.path.join(folder, "run"), "w", encoding="utf-8") as file:
            file.write(f'cp -r "{tree.root}/conf.d" .\nPATH=$SUP_BIN:$PATH bash -euo pipefail "$CASE/readme.sh"\n')
        output = os.path.join(folder, "output")
        done = subprocess.run([KEEPER, folder, output, README_SECONDS], env={**os.environ, "SUP_BIN": tree.build},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if '"ok": true' in done.stdout:
            return ""
        with open(os.path.join(output, "stderr"), encoding="utf-8", errors="replace") as file:
            tail = file.read()[-1500:]
        return f"{done.stdout.strip()} {done.stderr[-500:]}\n{tail}"
