"""Bad plugin directories: one clear line each, the right exit status, and nothing half started."""
import json
import os
import time

import pytest

from . import bad_plugins
from .host import ask
from .scripted import compile_plugin


@pytest.fixture(scope="session")
def bad(tmp_path_factory, scripted_plugins):
    directory = tmp_path_factory.mktemp("bad")
    bad_plugins.fill(directory, scripted_plugins / "scripted.so")
    return directory


def complaint_of(lines, file):
    """The one line about a file."""
    found = [line for line in lines if f"/{file}" in line]
    assert len(found) == 1, (file, found)
    return found[0]


def test_every_bad_file_is_refused_in_words(configured, bad):
    host = configured({}, plugins=[bad])
    done = host.run("plugins", "--config", host.file)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    for name, reason in bad_plugins.REASONS.items():
        assert reason in complaint_of(lines, f"{name}.so"), name
    assert "README" not in done.stdout
    assert "GARBAGE" not in done.stdout + done.stderr
    assert sum(line.startswith("refused") for line in lines) == len(bad_plugins.REASONS)


def test_the_same_for_programs(configured, bad, scripted_plugins):
    host = configured({})
    done = host.run("plugins", "--path", bad, "--path", scripted_plugins, "--format", "json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert {os.path.basename(each["file"])[:-3] for each in told["refused"]} == set(bad_plugins.REASONS)
    assert [each["checker"] for each in told["checkers"]] == ["scripted", "scripted-local"]
    assert told["checkers"][1]["scope"] == "local"


def test_they_cost_one_warning_each_and_the_rest_works(serving, script, bad, scripted_plugins):
    host = serving({"checks": script.checks("a")}, plugins=[bad, scripted_plugins])
    assert host.until_ready().status == 200
    lines = host.log.splitlines()
    for name, reason in bad_plugins.REASONS.items():
        assert reason in complaint_of(lines, f"{name}.so"), name
    assert "GARBAGE" not in host.log


def test_a_check_that_needs_one_of_them_stops_everything(configured, script, bad, free_port):
    host = configured({"server": {"listen": [f"127.0.0.1:{free_port}"]}, "checks": {
        "a": script.check("a"), "b": {"checker": "no_entry"}}}, plugins=[bad])
    for command in ("serve", "validate", "check"):
        done = host.run(command, "--config", host.file)
        assert done.returncode == 78, command
        for name in "ab":
            assert f"checks.{name}.checker: unknown checker" in done.stderr
    with pytest.raises(ConnectionRefusedError):
        ask(("127.0.0.1", free_port), "/health")
    assert not os.path.exists(host.admin)


@pytest.mark.parametrize("kind, said", [("missing", "does not exist"), ("file", "is not a directory"),
                                        ("empty", "No checker was found"), ("open", "writable by everyone")])
def test_bad_directories(configured, script, tmp_path, scripted_plugins, kind, said):
    place = tmp_path / kind
    if kind == "file":
        place.touch()
    elif kind != "missing":
        place.mkdir()
    if kind == "open":
        compile_plugin(bad_plugins.HERE / "scripted.c", place / "scripted.so")
        place.chmod(0o777)
    host = configured({"checks": script.checks("a")}, plugins=[place])
    for command in ("serve", "validate", "check"):
        done = host.run(command, "--config", host.file)
        assert done.returncode == 78, command
        assert said in done.stderr
        assert str(place) in done.stderr
    assert not os.path.exists(host.admin)
    line = next(n for n, text in enumerate(host.file.read_text(encoding="utf-8").splitlines(), 1) if str(place) in text)
    assert f"{host.file}:{line}: plugins.path: {place}" in done.stderr
    assert (kind == "empty") == ("unknown checker" in done.stderr)
    told = host.run("plugins", "--config", host.file)
    assert told.returncode == 0
    assert str(place) in told.stdout


@pytest.mark.parametrize("path", [[], "/plugins"], ids=["empty list", "text"])
def test_a_path_that_is_no_list_of_folders_is_the_only_error(configured, script, path):
    host = configured({"plugins": {"path": path}, "checks": script.checks("a")})
    done = host.run("validate", "--config", host.file)
    assert done.returncode == 78
    assert "plugins.path: expected" in done.stderr and done.stderr.endswith("\n1 error\n")


def test_an_entry_that_hangs_is_given_up(configured, script, scripted_plugins, tmp_path):
    compile_plugin(bad_plugins.ENTRY % "for (;;) pause();", tmp_path / "hangs.so")
    host = configured({"checks": script.checks("a")}, plugins=[tmp_path, scripted_plugins])
    start = time.monotonic()
    done = host.run("validate", "--config", host.file)
    assert done.returncode == 0
    assert "did not finish loading within 5s" in complaint_of(done.stderr.splitlines(), "hangs.so")
    assert time.monotonic() - start < 9


def test_a_checker_that_two_plugins_offer(configured, script, scripted_plugins, tmp_path):
    compile_plugin(bad_plugins.HERE / "scripted.c", tmp_path / "again.so")
    host = configured({"checks": script.checks("a")}, plugins=[scripted_plugins, tmp_path])
    done = host.run("validate", "--config", host.file)
    assert done.returncode == 0
    assert "scripted.so" in complaint_of(done.stderr.splitlines(), "again.so")


def test_a_create_that_fails(configured, script, free_port):
    refusing = script.check("b", settings={"refuse": "url: expected a planet"})
    host = configured({"server": {"listen": [f"127.0.0.1:{free_port}"]}, "checks": {"a": script.check("a"), "b": refusing}})
    for command in ("serve", "validate", "check"):
        done = host.run(command, "--config", host.file)
        assert done.returncode == 78
        line = complaint_of(done.stderr.splitlines(), "probehost.yaml")
        assert "checks.b.with.url: expected a planet" in line
    assert script.runs("a") == 0
    with pytest.raises(ConnectionRefusedError):
        ask(("127.0.0.1", free_port), "/health")
    assert not os.path.exists(host.admin)


@pytest.mark.parametrize("settings, said", [
    ("host: h\n      tls:\n        ca_file: /nothing/ca.pem", "9: checks.cache.with.tls.ca_file: expected"),
    ("url: unix:///run/redis.sock\n      tls:\n        ca_file: /nothing/ca.pem", "8: checks.cache.with.tls.server_name: expected"),
    ("url: rediss://h\n\n      tls: false", "9: checks.cache.with.tls: expected"), ("db: 1", "4: checks.cache.with.url: expected")],
    ids=["key", "key of a map that has not got it", "text", "absent"])
def test_what_a_checker_refuses_has_the_line_of_its_key(configured, plugins, settings, said):
    host = configured({}, plugins=[plugins])
    text = f"plugins: {{path: [{plugins}]}}\n\nchecks:\n  cache:\n    checker: redis\n    with:\n      {settings}\n"
    host.file.write_text(text, encoding="utf-8")
    assert f"{host.file}:{said}" in host.run("validate", "--config", host.file).stderr


def test_a_url_that_is_none_is_told_of_together_with_all_else(configured, plugins):
    host = configured({"checks": {"z": {"checker": "redis", "with": {"port": 99999999, "url": "http://canary"}}}}, plugins=[plugins])
    said = host.run("validate", "--config", host.file).stderr
    assert "checks.z.with.port: expected" in said and "checks.z.with.url: expected" in said
    assert "redis://" in said and "canary" not in said and said.endswith("2 errors\n")


def test_a_settings_schema_that_is_none(configured, script, tmp_path):
    text = (bad_plugins.HERE / "scripted.c").read_text(encoding="utf-8")
    compile_plugin(text.replace('"{\\"type\\":\\"object\\"', '"{\\"type\\":'), tmp_path / "scripted.so")
    host = configured({"checks": script.checks("a")}, plugins=[tmp_path])
    done = host.run("serve", "--config", host.file)
    assert done.returncode == 78
    assert "faulty" in done.stderr and "scripted.so" in done.stderr


def test_reloads_try_new_files_too(serving, script, scripted_plugins, tmp_path):
    host = serving({"checks": script.checks("a")}, plugins=[scripted_plugins, tmp_path])
    host.until_ready()
    compile_plugin(bad_plugins.ENTRY % "abort();", tmp_path / "aborts.so")
    assert host.reload()
    host.until_logged("crashed while loading: SIGABRT")
    assert host.ready().status == 200


def test_a_plugin_that_is_replaced_while_it_runs(serving, script, tmp_path):
    """The old one stays mapped; whatever comes of the new file, probes are answered."""
    compile_plugin(bad_plugins.HERE / "scripted.c", tmp_path / "scripted.so")
    host = serving({"checks": script.checks("a", interval="20ms")}, plugins=[tmp_path])
    host.until_ready()
    compile_plugin(bad_plugins.HERE / "scripted.c", tmp_path / "new", "-O2")
    os.replace(tmp_path / "new", tmp_path / "scripted.so")
    assert host.reload()
    assert host.until_ready().status == 200
