"""What `probehost manifest` says of a configuration that is to be found in an example."""
import pathlib
import subprocess

import pytest
import yaml

PACKAGING = pathlib.Path(__file__).parent.parent.parent / "packaging"
SECRETS = "/run/secrets/probehost"


@pytest.fixture
def probehost(programs, plugins, tmp_path):
    """Runs a command with the text of a configuration, whose secrets and plugins are here."""
    def run(command, text):
        secrets = tmp_path / "secrets"
        secrets.mkdir(exist_ok=True)
        for name in ("database", "cache", "openai"):
            (secrets / name).write_text("something\n", encoding="ascii")
        file = tmp_path / "probehost.yaml"
        whole = yaml.safe_load(text.replace(SECRETS, str(secrets))) | {"plugins": {"path": [str(plugins)]}}
        file.write_text(yaml.safe_dump(whole), encoding="utf-8")
        done = subprocess.run([programs / "probehost", *command, "--config", file], capture_output=True, text=True,
                              check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run
