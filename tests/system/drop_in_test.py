"""Plugins that come, change and go while the host serves."""
import json
import os
import shutil
import subprocess

import pytest

from .host import until
from .reload_test import under_load
from .scripted import HERE, compile_plugin

pytestmark = pytest.mark.slow
BOTH = pytest.mark.parametrize("isolation", ["process", "thread"])


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    directory = tmp_path_factory.mktemp("versions")
    for says in ("", "one", "two"):
        compile_plugin(HERE / "versioned.c", directory / f"{says or 'fine'}.so", f'-DSAYS="{says}"')
    shutil.copy(directory / "fine.so", directory / "broken.so")
    os.truncate(directory / "broken.so", 4000)
    return directory


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plugins").mkdir()
    return tmp_path / "plugins"


def put(source, target):
    """As an installer does it: whole or not at all."""
    fresh = target.with_name("." + target.name)
    shutil.copy(source, fresh)
    os.rename(fresh, target)


def watching(serving, script, folder, scripted_plugins, checks=None):
    config = {"plugins": {"path": [str(scripted_plugins), str(folder)], "watch": True},
              "checks": {"a": script.check("a"), **(checks or {})}}
    return serving(config)


def add_check(host, isolation="process", name="dropped"):
    (host.dir / "conf.d").mkdir(exist_ok=True)
    fresh = host.dir / "fresh"
    fresh.write_text(json.dumps({"checks": {name: {"checker": "versioned", "isolation": isolation}}}), encoding="utf-8")
    os.rename(fresh, host.dir / "conf.d" / f"{name}.yaml")


def says(host, name="dropped"):
    check = host.ready().checks.get(name)
    return None if check is None else check.get("error", "fine")


@BOTH
def test_dropped_in_replaced_and_removed(serving, script, folder, versions, scripted_plugins, isolation):
    host = watching(serving, script, folder, scripted_plugins)
    put(versions / "one.so", folder / "versioned.so")
    add_check(host, isolation)
    until(lambda: says(host) == "one", 2)
    put(versions / "two.so", folder / "versioned.so")
    until(lambda: says(host) == "two", 2)
    put(versions / "broken.so", folder / "versioned.so")
    host.until_logged("; the version before stays in use", 2)
    assert says(host) == "two"
    put(versions / "fine.so", folder / "versioned.so")
    until(lambda: host.ready().status == 200, 2)
    (folder / "versioned.so").unlink()
    until(lambda: says(host) is None, 2)
    host.until_logged("is left out: its checker's plugin was removed")
    assert host.ready().status == 200
    put(versions / "one.so", folder / "versioned.so")
    until(lambda: says(host) == "one", 2)
    (host.dir / "conf.d" / "dropped.yaml").unlink()
    until(lambda: says(host) is None, 2)


@BOTH
def test_a_copy_over_a_live_plugin_crashes_nothing(serving, script, folder, versions, scripted_plugins, isolation):
    shutil.copy(versions / "fine.so", folder / "versioned.so")
    check = {"checker": "versioned", "isolation": isolation}
    host = watching(serving, script, folder, scripted_plugins, {"dropped": check})
    host.until_ready()
    subprocess.run(["sh", "-c", f"head -c 20000 /dev/zero > {folder}/versioned.so"], check=True)
    with under_load(host, "/health", "/health/ready") as answers:
        host.until_logged("; the version before stays in use", 3)
        subprocess.run(["cp", versions / "two.so", folder / "versioned.so"], check=True)
        until(lambda: says(host) == "two", 3)
    assert {answer.status for answer in answers if "checks" not in answer.body} == {200}
    assert {answer.checks["dropped"].get("error", "fine") for answer in answers if "checks" in answer.body} <= {"fine", "two"}


@BOTH
def test_no_probe_is_answered_wrongly_while_versions_change(serving, script, folder, versions, scripted_plugins, isolation):
    put(versions / "fine.so", folder / "versioned.so")
    other = folder.parent / "other.so"
    compile_plugin(HERE / "versioned.c", other, '-DSAYS=""', "-DOTHER", "-O2")
    check = {"checker": "versioned", "isolation": isolation}
    host = watching(serving, script, folder, scripted_plugins, {"dropped": check})
    host.until_ready()
    with under_load(host, "/health/ready", "/health") as answers:
        for number in range(20):
            put(other if number % 2 == 0 else versions / "fine.so", folder / "versioned.so")
            before = host.log.count("reloaded")
            until(lambda: host.log.count("reloaded") > before, 3)
    assert {answer.status for answer in answers} == {200}
    assert "unhealthy" not in host.log


def test_a_thousand_reloads_under_load_grow_nothing(serving, script, folder, versions, scripted_plugins):
    put(versions / "fine.so", folder / "versioned.so")
    checks = {"a": script.check("a"), "dropped": {"checker": "versioned", "isolation": "process"}}
    host = serving({"checks": checks}, plugins=[scripted_plugins, folder])
    host.until_ready()
    with under_load(host, "/health/ready", "/health") as answers:
        for number in range(1000):
            if number == 200:
                before = host.resident, host.descriptors, host.threads
            if number % 10 == 0:
                put(versions / "fine.so", folder / "versioned.so")
            assert host.reload()
    assert {answer.status for answer in answers} == {200}
    after = host.resident, host.descriptors, host.threads
    assert after[0] < before[0] + (2 << 20)
    assert after[1] <= before[1] + 4
    assert after[2] <= before[2] + 4


@pytest.mark.parametrize("mode, words", [(0o666, "is writable by everyone: chmod o-w it"), (0o664, "is writable by its group: chmod g-w it")])
def test_a_file_that_others_may_write_is_refused(configured, script, folder, versions, scripted_plugins, mode, words):
    put(versions / "one.so", folder / "versioned.so")
    (folder / "versioned.so").chmod(mode)
    host = configured({"checks": {}}, plugins=[folder])
    assert words in host.run("plugins", "--config", host.file).stdout
    (folder / "versioned.so").chmod(0o644)
    folder.chmod(0o777 if mode == 0o666 else 0o775)
    done = host.run("validate", "--config", host.file)
    assert (done.returncode, words in done.stderr + done.stdout) == (78, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_is_refused(configured, folder, versions):
    put(versions / "one.so", folder / "versioned.so")
    os.chown(folder / "versioned.so", 65534, 65534)
    host = configured({"checks": {}}, plugins=[folder])
    listed = host.run("plugins", "--config", host.file).stdout
    assert "belongs to nobody: chown it to root\n" in listed


def test_who_offers_a_checker_keeps_it(serving, script, folder, versions, scripted_plugins):
    put(versions / "one.so", folder / "versioned.so")
    checks = {"a": script.check("a"), "dropped": {"checker": "versioned"}}
    host = serving({"checks": checks}, plugins=[scripted_plugins, folder])
    until(lambda: says(host) == "one")
    shutil.copy(versions / "two.so", folder / "versioned-2.so")  # which comes first by its name
    shutil.copy(versions / "two.so", folder / ".versioned.so")
    for _ in range(3):
        assert host.reload()
        assert says(host) == "one"
    host.until_logged('versioned-2.so: its checker "versioned" is already provided by')
    assert ".versioned.so" not in host.log
    (folder / "versioned.so").unlink()
    assert host.reload()
    until(lambda: says(host) == "two")


@pytest.fixture
def beside_itself(folder):
    """A plugin that looks for libraries in its own folder, so that it cannot be opened as a copy."""
    def build(word):
        compile_plugin(HERE / "versioned.c", folder.parent / word, f'-DSAYS="{word}"', "-Wl,-rpath,$ORIGIN")
        return folder.parent / word
    return build


def test_one_that_cannot_be_copied_keeps_out_of_the_host(serving, script, folder, beside_itself, scripted_plugins):
    put(beside_itself("one"), folder / "versioned.so")
    checks = {"a": script.check("a"), "dropped": {"checker": "versioned", "isolation": "thread", "interval": "100ms"}}
    host = serving({"checks": checks}, plugins=[scripted_plugins, folder])
    until(lambda: says(host) == "one")
    host.until_logged("isolation thread is not obeyed")
    put(beside_itself("two"), folder / "versioned.so")
    assert host.reload()
    until(lambda: says(host) == "two")
    os.truncate(folder / "versioned.so", 100)
    for _ in range(20):
        assert host.live().status == 200
    put(beside_itself("three"), folder / "versioned.so")
    assert host.reload()
    until(lambda: says(host) == "three")


def test_what_cannot_be_looked_into_is_not_taken_for_removed(serving, script, folder, versions, scripted_plugins):
    put(versions / "fine.so", folder / "versioned.so")
    checks = {"a": script.check("a"), "dropped": {"checker": "versioned"}}
    host = serving({"checks": checks}, plugins=[scripted_plugins, folder])
    (folder / "versioned.so").unlink()
    assert host.reload()  # now it was
    until(lambda: says(host) is None)
    put(versions / "fine.so", folder / "versioned.so")
    assert host.reload()
    until(lambda: says(host) == "fine")
    folder.chmod(0o775)
    assert not host.reload()
    folder.chmod(0o755)
    (folder / "versioned.so").unlink()
    put(versions / "broken.so", folder / "versioned.so")
    assert host.reload()  # the version before stays
    folder.rename(folder.with_name("away"))
    assert not host.reload()
    assert says(host) == "fine"


def test_a_folder_that_changes_itself_is_seen(serving, script, folder, versions, scripted_plugins):
    for name in ("one", "two"):
        (folder / name).mkdir()
        put(versions / f"{name}.so", folder / name / "versioned.so")
    (folder / "current").symlink_to("one")
    checks = {"a": script.check("a"), "dropped": {"checker": "versioned"}}
    host = watching(serving, script, folder / "current", scripted_plugins, checks)
    until(lambda: says(host) == "one")
    (folder / "next").symlink_to("two")
    os.rename(folder / "next", folder / "current")
    until(lambda: says(host) == "two", 2)
    (folder / "two").chmod(0o775)
    host.until_logged("is writable by its group", 2)
    (folder / "two").chmod(0o755)
    before = host.log.count("reloaded ")
    until(lambda: host.log.count("reloaded ") > before, 2)
