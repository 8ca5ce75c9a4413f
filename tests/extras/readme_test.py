"""plugins/extra/README.md: its examples are valid, and its table says what the plugins say of themselves."""
import json
import os
import pathlib
import re
import subprocess

import pytest
import yaml

README = pathlib.Path(__file__).parents[2] / "plugins/extra/README.md"
NAMES = ("tcp", "http", "dns", "tls-expiry", "disk", "process", "exec")


@pytest.fixture
def probehost(programs, plugins, tmp_path):
    def run(checks, *command):
        file = tmp_path / "probehost.yaml"
        file.write_text(json.dumps({"plugins": {"path": [str(plugins)]}, "checks": checks}))
        return subprocess.run([programs / "probehost", *command, "--config", file], capture_output=True, text=True,
                              check=False, timeout=30, env={**os.environ, "TOKEN": "kanarienvogel"})
    return run


def test_each_example_is_valid(probehost):
    checks = {}
    for block in re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL):
        checks |= yaml.safe_load(block)
    assert sorted(check["checker"] for check in checks.values()) == sorted(NAMES)
    done = probehost(checks, "validate")
    assert done.returncode == 0, done.stderr


def test_the_table_says_what_the_plugins_say(probehost):
    told = {each["checker"]: each for each in json.loads(probehost({}, "plugins", "--format", "json").stdout)["checkers"]}
    for name in NAMES:
        row = re.search(rf"^\| \[`{name}`\]\({name}\.cpp\) \|.*\| (\w+) \| (\w+) \| (\w+) \|$", README.read_text(), re.M)
        spans = [int(text[:-1]) * {"s": 1000, "m": 60000}[text[-1]] for text in row.groups()]
        assert spans == [told[name][key] for key in ("timeout_ms", "interval_ms", "max_age_ms")], name
        assert told[name]["probes"] == ["ready"]
        assert told[name]["scope"] == ("local" if name in ("disk", "process") else "external")
