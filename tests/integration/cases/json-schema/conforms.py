"""Whether lines that ctl printed are what the schema says of their verbs, with no member that it does not know.

    conforms.py SCHEMA <LINES        each line: the verb, a tab, what was printed
"""
import json
import sys

import jsonschema

# Those end a machine, and answer as shutdown does.
NOT_SEEN = {"poweroff", "reboot", "halt"}


def wrong(validator, verb, line):
    """What is wrong with a line; of several hosts each object begins with its host."""
    printed = json.loads(line)
    if line.startswith('{"host":') and not isinstance(printed.pop("host"), str):
        return "host is no name"
    error = jsonschema.exceptions.best_match(validator.iter_errors({verb: printed}))
    return f"{'.'.join(map(str, error.absolute_path))}: {error.message[:400]}" if error else ""


with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
for definition in schema["$defs"].values():
    definition["additionalProperties"] = False
schema["additionalProperties"] = False
checker = jsonschema.Draft202012Validator(schema)
seen = set()
for entry in sys.stdin:
    name, _, text = entry.rstrip("\n").partition("\t")
    seen.add(name)
    if why := wrong(checker, name, text):
        sys.exit(f"ctl {name} --json: {why}\n{text[:2000]}")
if forgotten := set(schema["properties"]) - seen - NOT_SEEN:
    sys.exit(f"verbs that were not looked at: {', '.join(sorted(forgotten))}")
