"""The exec checker: real plugins of monitoring-plugins-basic, and programs that hang, flood, fork, crash or are not there."""
import json
import os
import stat
import subprocess
import textwrap
import time

import pytest
from checkers import loop
from peers.http_handler import Answer
from peers.http_peer import HttpPeer

from .extra_case import costs, first, judged, run

PLUGINS = "/usr/lib/nagios/plugins"
SECRET = "kanarienvogel"


class Page(HttpPeer):
    def route(self, request):
        return Answer(200, b"pong")


@pytest.fixture
def program(tmp_path):
    """Makes an executable of a shell script."""
    def make(text):
        path = tmp_path / "program"
        path.write_text("#!/bin/sh\n" + textwrap.dedent(text))
        path.chmod(0o755)
        return [str(path)]
    return make


def check(name, *arguments):
    return {"command": [f"{PLUGINS}/check_{name}", *arguments]}


@pytest.mark.parametrize("state, message, shown", [
    (0, "pass", "pass"), (1, "warn: Warning", "warn: WARNING: as ordered"),
    (2, "fail: Critical", "fail: CRITICAL: as ordered"), (3, "fail: Unknown", "fail: UNKNOWN: as ordered")])
def test_the_exit_status_of_a_plugin_is_the_verdict(state, message, shown):
    settings = check("dummy", str(state), "as ordered")
    assert first("exec", settings) == message
    assert first("exec", {**settings, "message": "output"}) == shown
    assert run("exec", settings)[0]["detail"].endswith(": as ordered")


def test_real_plugins_tell_healthy_from_not():
    with Page() as page:
        tcp = check("tcp", "-H", "127.0.0.1", "-p", str(page.port))
        http = check("http", "-H", "127.0.0.1", "-p", str(page.port), "-s", "pong")
        assert first("exec", tcp) == first("exec", http) == "pass"
        assert first("exec", check("http", "-H", "127.0.0.1", "-p", str(page.port), "-s", "gnop")) == "fail: Critical"
        page.down()
        assert first("exec", tcp) == first("exec", http) == "fail: Critical"
        page.up()
    assert first("exec", check("load", "-w", "9999", "-c", "9999")) == "pass"


def test_performance_data_and_further_lines_are_left_out():
    [result] = run("exec", {**check("load", "-w", "0", "-c", "0"), "message": "output"})
    assert "|" not in result["message"] + result["detail"] and "\n" not in result["detail"]


def test_a_plugin_that_is_missing_or_no_program_says_so(program, tmp_path):
    assert first("exec", {"command": ["/nonexistent/check_all"]}) == "fail: Program not found"
    [path] = program("exit 0")
    os.chmod(path, stat.S_IRUSR)
    assert first("exec", {"command": [path]}) == "fail: Program not executable"
    (tmp_path / "text").write_text("no program")
    (tmp_path / "text").chmod(0o755)
    assert first("exec", {"command": [str(tmp_path / "text")]}) == "fail: Program not started"
    assert loop.refused("exec", {"command": ["check_load"]}).startswith("command: expected")


@pytest.mark.parametrize("script, message", [
    ("exit 4", "fail: Exit status 4"), ("kill -SEGV $$", "fail: Program crashed"),
    ("echo fine; exec >&- 2>&-; sleep 0.1", "pass")], ids=str)
def test_other_ends_have_their_words(program, script, message):
    assert first("exec", {"command": program(script)}) == message


def test_what_a_plugin_says_on_its_error_stream_is_the_operators(program):
    [result] = run("exec", {"command": program("echo no module >&2; exit 3"), "message": "output"})
    assert (result["message"], result["detail"]) == ("Unknown", "stderr: no module")


def gone(pids):
    """True for processes that are no more, zombies not counted as such."""
    return not any(os.path.exists(f"/proc/{pid}") for pid in pids)


def family(file):
    return [int(line) for line in file.read_text().split()]


@pytest.mark.parametrize("script", [
    "sleep 60", "trap '' TERM INT HUP; sleep 60; sleep 60", "sleep 60 & wait", "(sleep 60 & sleep 60) & sleep 60",
    "trap '' TERM; (trap '' TERM; sleep 60) & yes > /dev/null"], ids=str)
def test_a_plugin_that_hangs_is_killed_with_all_its_children(program, tmp_path, script):
    pids = tmp_path / "pids"
    command = program(f"ps -o pid= -p $$ >> {pids}\n( echo $$ > /dev/null; sleep 61 & echo $! >> {pids} )\n{script}")
    assert judged("exec", {"command": command}) == "timeout"
    end = time.monotonic() + 5  # init may take its time to bury the children
    while not gone(family(pids)) and time.monotonic() < end:
        time.sleep(0.02)
    assert gone(family(pids)) and len(family(pids)) >= 2


def test_what_a_plugin_leaves_running_is_not_waited_for_and_killed(program, tmp_path):
    pids = tmp_path / "pids"
    [result] = run("exec", {"command": program(f"sleep 60 & echo $! > {pids}; echo fine")}, timeout=5000)
    assert (result["status"], result["detail"], result["ms"] < 4000) == ("pass", "fine", True)
    end = time.monotonic() + 5
    while not gone(family(pids)) and time.monotonic() < end:
        time.sleep(0.02)
    assert gone(family(pids))


def test_as_process_1_of_a_container_the_host_keeps_no_zombies(program):
    container = ["unshare", "--pid", "--fork", "--mount-proc"]
    if subprocess.run([*container, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no PID namespace may be made here")
    command = program("sleep 60 & (sleep 60 & sleep 60 &) ; ps -e -o stat= | grep -c Z")
    results = run("exec", {"command": command}, runs=20, pause=20, prefix=container)
    assert all(int(result["detail"]) <= 3 for result in results), results[-1]


def test_a_flood_takes_no_memory_and_a_long_line_is_cut(program):
    flood = program("head -c 100000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero >&2; exit 1")
    *results, after = loop.run("exec", {"command": flood, "message": "output"}, runs=3, timeout=20000)
    assert {(result["status"], result["message"]) for result in results} == {("warn", "x" * 200)}
    assert loop.took_no_memory(after)


def test_an_endless_flood_ends_at_the_deadline(program):
    assert judged("exec", {"command": program("yes")}) == "timeout"


def test_the_programs_world_is_small(program):
    environment = {"LD_BIND_NOW": "", "FROM_HOST": "x"}
    script = """
        test "$(env | grep -v -e ^PWD= -e ^_= -e ^OLDPWD= | sort | tr '\\n' ' ')" = \
            "LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin TOKEN=%s " || { env; exit 1; }
        test "$(pwd)" = / || exit 2
        test "$(ls /proc/self/fd | tr '\\n' ' ')" = "0 1 2 3 " || exit 3
        read line && exit 5
        grep -q '^SigBlk:.0*$' /proc/self/status || exit 6
        grep -q '^SigIgn:.0*\\(18\\)*0*$' /proc/self/status || exit 7  # 32 and 33 are glibc's own
    """ % SECRET
    settings = {"command": program(script), "environment": [f"TOKEN={SECRET}"]}
    assert first("exec", settings, env=environment) == "pass"


def test_arguments_reach_the_program_as_they_are(program):
    arguments = ["", "a b", "$(touch /tmp/x)", "'", "*"]
    script = "[ $# = 5 ] && [ \"$2\" = 'a b' ] && [ \"$3\" = '$(touch /tmp/x)' ] && [ \"$5\" = '*' ]"
    assert first("exec", {"command": program(script) + arguments}) == "pass"


def test_a_host_runs_plugins_and_says_why_a_worker_does_not(programs, plugins, tmp_path):
    def asked(isolation):
        config = {"plugins": {"path": [str(plugins)]}, "checks": {
            "load": {"checker": "exec", "isolation": isolation, "with": check("dummy", "0", "fine")}}}
        (tmp_path / "probehost.yaml").write_text(json.dumps(config))
        return subprocess.run([programs / "probehost", "check", "--config", tmp_path / "probehost.yaml"], check=False,
                              capture_output=True, text=True, timeout=30)
    assert "healthy" in asked("auto").stdout and "unhealthy" not in asked("auto").stdout
    refused = asked("process")
    assert refused.returncode == 78
    assert "checks.load.checker: starts programs, which a worker process may not; expected isolation: thread" in refused.stderr


@pytest.mark.soak
@pytest.mark.parametrize("script, timeout", [("exit 0", 2000), ("sleep 60 & sleep 60", 20)])
def test_many_checks_leave_nothing_behind(program, script, timeout):
    _, after = costs("exec", {"command": program(script)}, 300, every=300, timeout=timeout)
    assert loop.flat(after)


def test_the_value_of_a_variable_is_a_secret_too(programs, plugins, program, tmp_path):
    said = {"command": program('echo "cannot log in with $TOKEN"; exit 2'), "message": "output", "environment": ["TOKEN=tr0ub4dor-and-3"]}
    config = {"plugins": {"path": [str(plugins)]}, "checks": {"app": {"checker": "exec", "with": said}}}
    (tmp_path / "probehost.yaml").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run([programs / "probehost", "check", "--config", tmp_path / "probehost.yaml"], check=False,
                          capture_output=True, text=True, timeout=30)
    assert "cannot log in with ***" in done.stdout
    assert "tr0ub4dor" not in done.stdout + done.stderr
