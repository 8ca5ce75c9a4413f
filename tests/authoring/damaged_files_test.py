"""Nothing that a plugin file contains crashes or hangs the commands that look at it."""
import json
import random
import subprocess

import pytest

from .workshop import HERE, compile_plugin, run

pytestmark = pytest.mark.slow  # hundreds of files
STATIC = "S1,S2,S3,S4,S5,S6,S7,S8,S9,S10,S11,S12"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    plugin = compile_plugin(HERE / "good.c", tmp_path_factory.mktemp("good") / "good.so", ["-s"])
    return plugin.read_bytes()


def looked_at(programs, plugin, *tests):
    """Whatever the file is, each command says something and comes back."""
    for arguments in (["info", plugin, "--format", "json"], ["info", plugin, "--file-only", "--format", "json"]):
        done = run(programs, *arguments, timeout=30)
        assert done.returncode in (0, 1), done
        assert done.returncode == 0 or "error: " in done.stderr
    done = run(programs, "verify", plugin, "--format", "json", *tests, timeout=200)
    assert done.returncode in (0, 1), done
    return {test["id"]: test for test in json.loads(done.stdout)["tests"]}


def listed(programs, directory):
    done = subprocess.run([programs / "probehost", "plugins", "--path", directory, "--format", "json"], capture_output=True, text=True,
                          check=False, timeout=300)
    assert done.returncode == 0, done
    told = json.loads(done.stdout)
    return len(told["refused"]) + len(told["checkers"])


def test_files_that_end_too_early(programs, good, tmp_path):
    lengths = range(0, len(good), 64)
    for length in lengths:
        (tmp_path / f"{length:06}.so").write_bytes(good[:length])
    assert listed(programs, tmp_path) == len(lengths)
    for length in lengths[::8]:
        found = looked_at(programs, tmp_path / f"{length:06}.so", "--only", STATIC + ",L1")
        assert any(test["finding"] == "FAIL" for test in found.values()), length
        assert not any("crashed" in test.get("reason", "") for name, test in found.items() if name[0] == "S"), found


def test_files_with_bytes_of_chance(programs, good, tmp_path):
    chance = random.Random(4711)
    for number in range(40):
        damaged = bytearray(good)
        for _ in range(chance.choice([1, 10, 100])):
            damaged[chance.choice([chance.randrange(64), chance.randrange(1024), chance.randrange(len(good))])] = chance.randrange(256)
        (tmp_path / f"{number:03}.so").write_bytes(damaged)
    assert listed(programs, tmp_path) >= 40
    for plugin in sorted(tmp_path.iterdir()):
        looked_at(programs, plugin, "--level", "1")
