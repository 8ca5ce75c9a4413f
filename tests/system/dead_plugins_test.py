"""Plugins that die or hang while they are tried, and checks that hang while they are created: the service serves, and the check says why not."""
import contextlib
import os
import signal
import time

import pytest

from . import bad_plugins
from .host import until
from .scripted import compile_plugin

pytestmark = pytest.mark.slow

HANGS = "for (;;) pause();"
NOT_STARTED = "Checker did not start within 5s"
DEATHS = [("crash", "crash", bad_plugins.ENTRY % "raise(SIGSEGV);", "Checker crashed: SIGSEGV"),
          ("two_words", "two-words", bad_plugins.ENTRY % "exit(3);", "Checker exited with status 3"),
          ("libhang", "hang", bad_plugins.ENTRY % HANGS, NOT_STARTED),
          ("hangs-early", "hangs-early", bad_plugins.HEAD + "__attribute__((constructor)) static void early(void) { " + HANGS + " }\n"
           "PH_EXPORT const ph_plugin *probehost_plugin_entry_v1(const ph_host *host) { (void)host; return NULL; }", NOT_STARTED)]


@pytest.fixture
def directory(tmp_path):
    place = tmp_path / "dead"
    place.mkdir()
    return place


def test_a_check_whose_plugin_dies_keeps_its_place(configured, script, scripted_plugins, directory):
    checks = script.checks("good")
    for file, checker, source, _ in DEATHS:
        compile_plugin(source, directory / f"{file}.so")
        checks[checker] = {"checker": checker, "with": {"of": ["a", {"kind": "that"}], "is": "unknown"}}
    host = configured({"checks": checks}, plugins=[directory, scripted_plugins])
    valid = host.run("validate", "--config", host.file)
    assert valid.returncode == 0, valid.stderr
    before = time.monotonic()
    host.start()
    assert time.monotonic() - before < 9
    answer = until(lambda: (said := host.ready()) and "No result" not in said.body and said)
    assert answer.status == 503 and host.live().status == 200
    assert answer.checks["good"]["healthy"]
    for file, checker, _, words in DEATHS:
        assert (answer.checks[checker]["healthy"], answer.checks[checker]["error"]) == (False, words)
        host.until_logged(f"checks.{checker}.checker: is unhealthy until a reload finds a better {file}.so")
        assert f"checks.{checker}.checker: " in valid.stderr


def test_a_reload_finds_a_better_file(serving, script, directory):
    compile_plugin(bad_plugins.ENTRY % "abort();", directory / "scripted.so")
    host = serving({"checks": script.checks("a")}, plugins=[directory])
    until(lambda: host.ready().checks["a"].get("error") == "Checker crashed: SIGABRT")
    compile_plugin(bad_plugins.HERE / "scripted.c", directory / "better")
    os.replace(directory / "better", directory / "scripted.so")
    assert host.reload()
    assert host.until_ready().checks["a"]["healthy"]


@pytest.mark.parametrize("checker, file", [("crahs", "crash.so"), ("no_note", "no_note.so"), ("open", "open.so")])
def test_misspelt_checkers_and_files_that_were_never_tried_stay_errors(configured, directory, checker, file):
    source = bad_plugins.sources()["no_note"] if checker == "no_note" else bad_plugins.ENTRY % "raise(SIGSEGV);"
    compile_plugin(source, directory / file)
    if checker == "open":
        (directory / file).chmod(0o777)
    host = configured({"checks": {"a": {"checker": checker}}}, plugins=[directory])
    done = host.run("serve", "--config", host.file)
    assert done.returncode == 78
    assert "checks.a.checker: unknown checker" in done.stderr


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory):
    place = tmp_path_factory.mktemp("misbehaving")
    compile_plugin(bad_plugins.HERE / "misbehaving" / "misbehaving.c", place / "misbehaving.so", "-Wno-error", "-pthread")
    return place


def hung():
    return {"checker": "misbehaving", "isolation": "thread", "with": {"act": "sleep", "at": "create"}}


def creating(host):
    return "create" in host.thread_names


def ends(host):
    before = time.monotonic()
    host.signal(signal.SIGTERM)
    assert host.wait() == 0
    assert time.monotonic() - before < 4


def test_a_create_that_hangs_in_the_host_holds_up_nothing(configured, script, scripted_plugins, misbehaving):
    checks = {"a": hung(), "b": hung(), **script.checks("good")}
    host = configured({"checks": checks}, plugins=[scripted_plugins, misbehaving]).start()
    answer = until(lambda: (said := host.ready()) and "No result" not in said.body and said)
    assert answer.checks["good"]["healthy"]
    assert [answer.checks[name]["error"] for name in "ab"] == [NOT_STARTED] * 2
    host.until_logged("checks.a: is unhealthy until a reload, because its checker misbehaving did not start within 5s")
    ends(host)


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_a_create_that_hangs_holds_up_no_answer(configured, script, scripted_plugins, misbehaving, free_port, isolation):
    checks = {"hung": {**hung(), "isolation": isolation}, **script.checks("good")}
    host = configured({"server": {"listen": [f"127.0.0.1:{free_port}"]}, "checks": checks}, plugins=[scripted_plugins, misbehaving])
    before = time.monotonic()
    host.launch().address = ("127.0.0.1", free_port)
    until(lambda: answers(host), 3)
    while time.monotonic() - before < 4:
        live, ready, verbose, started = host.live(), host.ready(), host.get("/health/ready?verbose"), host.started()
        assert (live.status, live.body) == (200, '{"status":"alive"}')
        assert (ready.status, ready.json["status"]) == (verbose.status, verbose.json["status"]) == (503, "not_ready")
        assert {name: check["error"] for name, check in ready.checks.items()} == {"hung": "No result yet", "good": "No result yet"}
        assert (started.status, started.json["status"]) == (503, "starting")
        assert max(live.took, started.took) < 0.5 and max(ready.took, verbose.took) < 1.3  # these wait for results
    assert "listening" not in host.log
    until(lambda: host.ready().checks["good"]["healthy"] and host.ready().checks["hung"]["error"] == NOT_STARTED)


def test_a_start_that_is_refused_ends_for_who_reloads_it_as_well(configured, script, scripted_plugins, misbehaving, free_port):
    checks = {"hung": hung(), "refused": script.check("a", settings={"refuse": "the moon is in the wrong place"})}
    host = configured({"server": {"listen": [f"127.0.0.1:{free_port}"]}, "checks": checks}, plugins=[scripted_plugins, misbehaving])
    host.launch().address = ("127.0.0.1", free_port)
    until(lambda: answers(host), 3)
    asked = host.run("reload", "--admin", f"unix:{host.admin}")
    assert asked.returncode != 0
    assert host.wait(3) == 78
    assert host.log.count("the moon is in the wrong place") == 1


def answers(host):
    with contextlib.suppress(ConnectionRefusedError):
        return host.live()


def test_a_create_that_hangs_in_a_reload_leaves_the_next_one_its_turn(configured, script, scripted_plugins, misbehaving):
    host = configured({"checks": script.checks("good")}, plugins=[scripted_plugins, misbehaving]).start()
    host.until_ready()
    host.configure({"checks": {"hung": hung(), **script.checks("good")}})
    host.signal(signal.SIGHUP)
    until(lambda: host.ready().checks.get("hung", {}).get("error") == NOT_STARTED)
    host.configure({"checks": script.checks("good")})
    assert host.reload()
    assert host.until_ready().checks.keys() == {"good"}
    ends(host)


def test_a_signal_ends_a_start_that_hangs(configured, misbehaving):
    host = configured({"checks": {"hung": hung()}}, plugins=[misbehaving]).launch()
    until(lambda: creating(host))
    before = time.monotonic()
    host.signal(signal.SIGTERM)
    assert host.wait() == 0
    assert time.monotonic() - before < 3
    host.until_logged("stopped before it had its checks")


@pytest.mark.parametrize("command, status", [("validate", 0), ("check", 1)])
def test_commands_end_whatever_hangs(configured, misbehaving, command, status):
    host = configured({"checks": {"hung": hung()}}, plugins=[misbehaving])
    done = host.run(command, "--config", host.file)
    assert done.returncode == status
    assert "checks.hung: is unhealthy until a reload" in done.stderr


@pytest.mark.parametrize("command, status", [("validate", 0), ("check", 0), ("serve", 78)])
def test_a_check_that_hangs_while_it_is_destroyed_holds_up_no_command(configured, directory, command, status):
    compile_plugin(bad_plugins.HERE / "misbehaving" / "misbehaving.c", directory / "misbehaving.so", "-Wno-error", "-pthread")
    hangs = {"checker": "misbehaving", "isolation": "thread", "with": {"act": "sleep", "at": "destroy"}}
    wrong = {**hangs, "with": {"at": "destroy"}} if status else hangs
    host = configured({"checks": {"a": hangs, "b": wrong}}, plugins=[directory])
    before = time.monotonic()
    done = host.run(command, "--config", host.file)
    assert (done.returncode, time.monotonic() - before < 13) == (status, True), done.stderr
    assert "checks.b.with.act: is missing" in done.stderr or not status
