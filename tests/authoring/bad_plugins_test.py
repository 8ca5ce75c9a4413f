"""Each rule that a plugin breaks is found by its own test, and by no other."""
import os
import subprocess

import pytest

from .workshop import HERE, BadPlugin, compile_plugin, findings

pytestmark = pytest.mark.slow  # every one is verified in some forty processes, and crashes in some
SOURCES = sorted(path for path in (HERE / "bad").iterdir() if path.suffix in (".c", ".cpp"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_what_is_wrong_is_found_by_its_test_alone(programs, tmp_path, source):
    bad = BadPlugin(source)
    plugin = bad.build(tmp_path)
    found = findings(programs, plugin, *bad.settings(tmp_path), *bad.previous(tmp_path), *bad.words("verify"))
    fired = {name for name, test in found.items() if test["finding"] in ("FAIL", "WARN")}
    assert fired == {bad.test, *bad.words("and")}, [found[name] for name in sorted(fired)]
    assert found[bad.test]["finding"] == bad.finding
    assert found[bad.test]["reason"] and found[bad.test]["fix"]


def test_every_test_is_shown_to_fire(programs):
    every = {"S5", *(BadPlugin(source).test for source in SOURCES)}
    found = findings(programs, HERE / "nothing.so", "--level", "3")
    assert every == set(found)


def test_a_good_plugin_passes_every_test(programs, tmp_path):
    plugin = compile_plugin(HERE / "good.c", tmp_path / "good.so")
    (tmp_path / "earlier").mkdir()
    previous = compile_plugin(HERE / "good.c", tmp_path / "earlier" / "good.so")
    found = findings(programs, plugin, "--level", "3", "--glibc", "2.99", "--previous", previous)
    left_out = {name for name, test in found.items() if test["finding"] == "SKIP"}
    assert left_out == {"R1", "R2", "R5", "U2", "C3"}  # it asks no peer, refuses nothing, and is alone
    assert {test["finding"] for name, test in found.items() if name not in left_out} == {"PASS"}


def test_a_library_that_the_host_has_otherwise(programs, tmp_path):
    """libelf.so.1 is one of the host's own."""
    (tmp_path / "elf.c").write_text("int another_elf(void) { return 1; }", encoding="ascii")
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-soname,libelf.so.1", tmp_path / "elf.c", "-o", tmp_path / "libelf.so.1"], check=True,
                   timeout=60)
    source = tmp_path / "user.c"
    source.write_text('#include "begin.h"\nint another_elf(void);\nint (*const keep)(void) = another_elf;\n#include "sound.h"\n',
                      encoding="ascii")
    plugin = compile_plugin(source, tmp_path / "user.so", [tmp_path / "libelf.so.1", "-Wl,-rpath,$ORIGIN"])
    found = findings(programs, plugin, "--only", "S5")["S5"]
    assert found["finding"] == "WARN" and f"{tmp_path}/libelf.so.1 (the host has " in found["reason"]
    assert found["fix"]


def test_a_crash_names_its_signal_and_what_was_done(programs, tmp_path):
    plugin = BadPlugin(HERE / "bad" / "c2.c").build(tmp_path)
    reason = findings(programs, plugin, "--only", "C2", "--seed", "1")["C2"]["reason"]
    assert "crashed: SIGILL, while: create() with /name set to 4096 letters (--seed 1)" in reason


def test_a_hang_says_what_hung(programs, tmp_path):
    plugin = BadPlugin(HERE / "bad" / "l1_hang.c").build(tmp_path)
    assert "no end within 5 s, while: dlopen()" in findings(programs, plugin, "--only", "L1")["L1"]["reason"]
    assert not [line for line in subprocess.check_output(["ps", "-eo", "args"], text=True).splitlines() if str(tmp_path) in line]


def test_what_needs_a_test_that_failed_is_skipped(programs, tmp_path):
    plugin = BadPlugin(HERE / "bad" / "l1_crash.c").build(tmp_path)
    found = findings(programs, plugin)
    assert found["C1"]["finding"] == "SKIP" and found["C1"]["reason"] == "it needs R14 to pass first"
    assert found["S7"]["finding"] == "PASS" and os.path.exists(plugin)
