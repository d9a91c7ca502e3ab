# lines.py FOLDER STATE [end]: each number is in the log files once, in order, and whole. Rotated files are taken away once they were looked at, so
# that the disk stays empty, and STATE says how far it has come. With `end` the last line has to be there.
import glob
import json
import os
import re
import sys

NAMES = {"raw": rb"", "text": rb"\S+ text \| ", "json": rb'\{[^\n]*"line":"'}  # And what stands before a line.
LINES = {name: re.compile(rb"^" + before + rb"line (\d+) of a service(?:\"\})?\n", re.M) for name, before in NAMES.items()}
LAST = re.compile(rb"[^\n]*last (\d+)(?:\"\})?\n\Z")
folder, state, is_end = sys.argv[1], sys.argv[2], sys.argv[3:] == ["end"]
seen = {name: 0 for name in NAMES}
if os.path.exists(state):
    with open(state, encoding="utf-8") as file:
        seen = json.load(file)


def look_at(name, path):
    with open(path, "rb") as file:
        text = file.read()
    last = LAST.search(text, max(0, len(text) - 1000))
    if last:
        text = text[: last.start()]
    numbers = list(map(int, LINES[name].findall(text)))
    if numbers != list(range(seen[name] + 1, seen[name] + 1 + len(numbers))) or len(numbers) != text.count(b"\n"):
        explain(name, path, text)
    seen[name] += len(numbers)
    assert not last or int(last[1]) == seen[name], f"{name}: {seen[name]} lines, and {last[1]} were written"
    return bool(last)


def explain(name, path, text):
    before = seen[name]
    for line in text.splitlines(keepends=True):
        found = LINES[name].match(line)
        assert found and int(found[1]) == before + 1, f"{name}: after {before} comes {line!r} in {path}"
        before += 1


for name in NAMES:
    paths = sorted(glob.glob(f"{folder}/{name}.log.*"))
    paths = paths + [f"{folder}/{name}.log"] if is_end else paths[:-2]
    has_last = False
    for path in paths:
        has_last = look_at(name, path)
        if not is_end:
            os.remove(path)
    assert not is_end or has_last, f"{name}: no last line after {seen[name]}"
with open(state, "w", encoding="utf-8") as file:
    json.dump(seen, file)
if is_end:
    print(", ".join(f"{seen[name]} lines of {name}" for name in NAMES))
