"""The shipped JSON Schema accepts the shipped configurations and refuses what the host refuses."""
import json
import pathlib
import re
import sys

import jsonschema
import yaml

folder = pathlib.Path(sys.argv[1])
bad_files = pathlib.Path(__file__).parent / "bad"
schema = json.loads((folder / "probehost.schema.json").read_text())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

# Refused for reasons that lie outside of what a schema of this file can say: other files, the environment, the checkers.
BEYOND_A_SCHEMA = re.compile(
    r"alias_(shadows|with)|admin_(listen_too|notify_same)|include_is_missing|checker_(unknown|from|with)|probes_live"
    r"|(wait|timeout)_too_long|timeout_overflow|stale_after_short|with_(?!is_)|expansion|from_environment|listen_(twice|bad)"
    r"|token_|duplicate|many_errors|critical_yes|alias_bomb|alias_of_itself|yaml_tag|nested_too_deeply|not_utf8")


def errors(text):
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def uncommented(text):
    return re.sub(r"(?m)^#(?=\S|  )", "", text).replace("checks: {}", "checks:")


def without_yaml_errors(text):
    try:
        return isinstance(yaml.safe_load(text), dict)
    except yaml.YAMLError:
        return False


def main():
    for name in ("probehost.yaml", "quickstart.yaml"):
        text = (folder / name).read_text()
        assert errors(text) == [], (name, errors(text))
        assert errors(uncommented(text)) == [], (name, errors(uncommented(text)))
    refused = 0
    for path in sorted(bad_files.glob("*.yaml")):
        text = path.read_bytes().decode(errors="replace")
        if BEYOND_A_SCHEMA.search(path.stem) or not without_yaml_errors(text):
            continue
        assert errors(text), f"{path.name} fits the schema, and the host refuses it"
        refused += 1
    assert refused >= 40, refused
    print(f"{refused} bad files refused")


main()
