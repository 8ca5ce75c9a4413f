"""The extra checkers keep every rule that `probehost plugin verify` can try, also towards a sick peer."""
import json
import subprocess

import pytest

pytestmark = pytest.mark.slow
PEER = {"host": "${peer_host}", "port": "${peer_port}"}
TRIED = {"tcp": {**PEER, "expect": "220 "}, "http": {"url": "http://${peer}/"}, "tls-expiry": PEER,
         "dns": {"name": "db.example", "server": "127.0.0.1:1"}, "disk": {"path": "/"},
         "process": {"pid_file": "/proc/self/stat"}, "exec": {"command": ["/bin/true"]}}


@pytest.mark.parametrize("name", TRIED)
def test_no_rule_is_broken(programs, plugins, tmp_path, name):
    (tmp_path / "with.yaml").write_text(json.dumps(TRIED[name]))
    done = subprocess.run([programs / "probehost", "plugin", "verify", plugins / f"{name}.so", "--with",
                           tmp_path / "with.yaml", "--format", "json"], capture_output=True, text=True, check=False,
                          timeout=200)
    found = json.loads(done.stdout)
    broken = {each["id"] for each in found["tests"] if each["finding"] == "FAIL"}
    assert not broken, done.stdout
