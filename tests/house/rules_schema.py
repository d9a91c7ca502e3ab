"""The JSON Schemas accept what ctl accepts: what is shipped, documented and tested as good, and no broken file that a schema can tell."""
import json
import re

from rules_generated import printed
from tree import Mutant, Offence, rule

try:
    import tomllib

    import jsonschema
    MISSING = ""
except ImportError as error:
    MISSING = f"{error}: scripts/install-deps --test installs it"

HERE = "tests/house/rules_schema.py"
CONFIGURATION = "docs/supervisord.schema.json"
SCHEMAS = (CONFIGURATION, "docs/ctl-output.schema.json")
GOOD = ("packaging/*.toml", "conf.d/*.toml", "tests/fixtures/good/*.toml", "tests/integration/cases/*.toml", "tests/machine/*.toml")
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.M | re.S)
TABLE = re.compile(r"(#.*\n|\n)*\[[a-z]")  # A file of ours, and no part of one.
# Fixtures that are wrong in themselves, not by what else there is: of each at least one file is refused.
BROKEN = ("01-unknown-key", "02-unknown-key-in-table", "03-key-on-wrong-level", "04-word-of-other-supervisors", "05-unknown-enum-word",
          "06-wrong-type", "07-bad-duration", "08-out-of-range", "10-bad-umask", "17-unknown-table", "19-bad-service-name",
          "33-relative-path", "36-daemon-settings", "37-bad-limits", "38-stop-steps", "39-stderr", "46-attributes", "57-groups", "62-on-event")


def parsed(text):
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None


def switched_on(template):
    """The template with each setting a line and no comment."""
    return "\n".join(line[1:] for line in template.split("\n") if re.match(r"#[\[a-z]", line))


def documents(tree):
    """(path, line, table) of all that has to be accepted."""
    for path in tree.files(*GOOD):
        if "/." not in path:  # Those supervisord does not read, either.
            yield path, 1, parsed(tree.text(path).replace("@D@", "/srv"))
    for path in tree.files("README.md", "docs/guide/*.md"):
        text = tree.text(path)
        for block in BLOCK.finditer(text):
            table = parsed(block.group(1))
            if table is not None and TABLE.match(block.group(1)):
                yield path, text.count("\n", 0, block.start(1)) + 1, table
    template, error = printed(tree, ("ctl", "schema", "--template"))
    yield CONFIGURATION, 1, parsed(switched_on(template)) if template is not None else {error: True}


def refusal(validator, table):
    """Why the schema refuses it, or nothing."""
    error = jsonschema.exceptions.best_match(validator.iter_errors(table))
    return f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" if error else ""


GOOD_FILE = '[service.a]\nnice = 1\n'
FINE = {
    **{path: '{"properties": {"service": {"additionalProperties": {"properties": {"nice": {"type": "integer"}}, "additionalProperties": false}}},'
             '"additionalProperties": false}' for path in SCHEMAS},
    **{f"tests/fixtures/broken/{name}/a.toml": "wrong = 1\n" for name in BROKEN},
    "conf.d/a.toml": GOOD_FILE,
    "README.md": f"```toml\n# A file.\n{GOOD_FILE}```\n\n```toml\nnice = 'only a part'\n```\n",
    "build/ctl": "#!/bin/sh\nprintf '# Words.\\n#[service.NAME]\\n#nice = 1\\n'\n",
}


@rule("schemas", FINE,
      Mutant("conf.d/a.toml:1", {"conf.d/a.toml": '[service.a]\nnice = "one"\n'}),
      Mutant("conf.d/a.toml:1", {"conf.d/a.toml": "no TOML\n"}),
      Mutant("README.md:2", {"README.md": '```toml\n# A file.\n[service.a]\nname = "a"\n```\n'}),
      Mutant(f"{CONFIGURATION}:1", {"build/ctl": "#!/bin/sh\nprintf '#[service.NAME]\\n#new = 1\\n'\n"}),
      Mutant(f"{CONFIGURATION}:1", {"build/ctl": "#!/bin/sh\nexit 1\n"}),
      Mutant(f"{SCHEMAS[1]}:1", {SCHEMAS[1]: '{"type": "a word"}'}),
      Mutant(f"tests/fixtures/broken/{BROKEN[0]}:1", {f"tests/fixtures/broken/{BROKEN[0]}/a.toml": GOOD_FILE}))
def schemas(tree):
    if MISSING:
        yield Offence(HERE, 1, MISSING)
        return
    for path in SCHEMAS:
        try:
            jsonschema.Draft202012Validator.check_schema(json.loads(tree.text(path)))
        except (OSError, ValueError, jsonschema.SchemaError) as error:
            yield Offence(path, 1, f"is no JSON Schema: {str(error)[:200]}")
    validator = jsonschema.Draft202012Validator(json.loads(tree.text(CONFIGURATION)))
    for path, line, table in documents(tree):
        if table is None:
            yield Offence(path, line, "is no TOML")
        elif wrong := refusal(validator, table):
            yield Offence(path, line, f"the schema of the configuration refuses it: {wrong}")
    for name in BROKEN:
        folder = f"tests/fixtures/broken/{name}"
        tables = [parsed(tree.text(path)) for path in tree.files(folder + "/*.toml")]
        if not any(table is not None and refusal(validator, table) for table in tables):
            yield Offence(folder, 1, "the schema of the configuration accepts it")
