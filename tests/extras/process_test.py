"""The process checker: PID files of processes that live, died or were never there, and units of a systemd."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from checkers import loop

from .extra_case import costs, first, judged, run
from .system_bus import DENIED, NO_SYSTEMD, SystemBus

UNIT = "app@1-x.service"


@pytest.fixture
def sleeper():
    with subprocess.Popen(["sleep", "100"]) as process:
        yield process
        process.kill()


@pytest.fixture
def pid_file(tmp_path):
    return tmp_path / "app.pid"


def at(file, **settings):
    return {"pid_file": str(file), **settings}


def test_a_process_is_alive_until_it_has_ended(sleeper, pid_file):
    pid_file.write_text(f"{sleeper.pid}\n")
    with loop.Loop("process", at(pid_file)) as running:
        running.until(lambda result: result["status"] == "pass")
        sleeper.kill()  # a zombie, until it is waited for
        running.until(lambda result: result["message"] == "Process not running")
        sleeper.wait()
        result = running.until(lambda result: "does not exist" in result["detail"])[-1]
        assert (result["status"], result["message"]) == ("fail", "Process not running")


def test_a_zombie_is_not_running(sleeper, pid_file):
    pid_file.write_text(str(sleeper.pid))
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert "has ended" in run("process", at(pid_file))[0]["detail"]


def test_a_number_that_was_given_again_is_told_by_the_programs_name(sleeper, pid_file):
    pid_file.write_text(str(sleeper.pid))
    assert first("process", at(pid_file, name="sleep")) == "pass"
    [result] = run("process", at(pid_file, name="postgres"))
    assert result["message"] == "Process not running" and "is 'sleep' and not 'postgres'" in result["detail"]


# What a service in a sandbox sees: /proc without other users' processes.
HIDDEN = """mount -t proc -o hidepid=2 proc /proc
cd "$0"
exec setpriv --reuid 65532 --regid 65532 --clear-groups bin/probehost plugin run process.so --with settings.yaml"""


@pytest.fixture
def for_everyone(programs, plugins):
    """A directory that every user may read, with the program and the plugin."""
    with tempfile.TemporaryDirectory(prefix="probehost-") as name:
        directory = pathlib.Path(name)
        (directory / "bin").mkdir()
        for file in ("probehost", "probehost-worker"):
            shutil.copy(programs / file, directory / "bin")
        shutil.copy(plugins / "process.so", directory)
        for each in (directory, *directory.rglob("*")):
            each.chmod(0o755)
        yield directory


def test_a_process_that_is_hidden_is_not_said_to_have_ended(sleeper, for_everyone):
    (for_everyone / "app.pid").write_text(str(sleeper.pid), encoding="ascii")
    (for_everyone / "settings.yaml").write_text(json.dumps(at(for_everyone / "app.pid", name="sleep")), encoding="ascii")
    done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", HIDDEN, for_everyone], capture_output=True, text=True,
                          check=False, timeout=60)
    if "mount: " in done.stderr:
        pytest.skip(f"/proc cannot be mounted anew here: {done.stderr.strip()}")
    assert "Process hidden" in done.stdout, done
    assert f"process {sleeper.pid} is another user's" in done.stdout


def test_long_and_odd_names_are_compared_as_the_kernel_keeps_them(tmp_path, pid_file):
    program = tmp_path / "a) R (name longer"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([str(program), "100"]) as process:
        pid_file.write_text(str(process.pid))
        assert first("process", at(pid_file, name=program.name)) == "pass"
        process.kill()


@pytest.mark.parametrize("content", [b"", b"\n", b"app", b"0", b"-1", b"12x", b"4194305", b"9" * 5000, b"\0" * 100,
                                     b"99999999999999999999"])
def test_a_file_without_a_number_is_not_valid(pid_file, content):
    pid_file.write_bytes(content)
    assert first("process", at(pid_file)) == "fail: PID file not valid"


def test_a_file_that_is_missing_or_none_says_so(tmp_path, pid_file):
    [result] = run("process", at(pid_file))
    assert result["message"] == "Process not running" and result["detail"] == f"{pid_file} does not exist"
    assert first("process", at(tmp_path)) == "fail: PID file not readable"
    os.mkfifo(pid_file)
    assert first("process", at(pid_file)) == "fail: PID file not valid"


@pytest.mark.parametrize("states, message", [
    (("loaded", "active"), "pass"), (("loaded", "reloading"), "pass"),
    (("loaded", "activating"), "fail: Unit starting"), (("loaded", "inactive"), "fail: Unit not active"),
    (("loaded", "deactivating"), "fail: Unit not active"), (("masked", "inactive"), "fail: Unit not active"),
    (("loaded", "failed"), "fail: Unit failed"), (None, "fail: Unit not found")], ids=str)
def test_the_state_of_a_unit_is_the_verdict(states, message):
    with SystemBus({UNIT: states} if states else {}) as bus:
        [result] = run("process", {"unit": UNIT}, env=bus.env)
    assert loop.said(result) == message
    assert result["detail"].startswith(f"{UNIT} is ")


@pytest.mark.parametrize("mode, message", [
    ("silent", "timeout"), ("mute", "timeout"), ("flood", "timeout"), ("close", "fail: D-Bus not reachable"),
    ("garbage", "fail: D-Bus not reachable"), ("wrong_type", "fail: systemd not reachable"),
    (NO_SYSTEMD, "fail: systemd not reachable"), (DENIED, "fail: Permission denied")])
def test_a_fault_is_named_in_time(mode, message):
    with SystemBus({UNIT: ("loaded", "active")}, mode) as bus:
        assert judged("process", {"unit": UNIT}, env=bus.env) == message


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense", "unix:path=/dev/null"])
def test_without_a_bus_it_says_so(address):
    [result] = run("process", {"unit": UNIT}, env={"DBUS_SYSTEM_BUS_ADDRESS": address})
    assert result["message"] == "D-Bus not reachable" and result["detail"].startswith("the system's bus: ")


@pytest.mark.soak
@pytest.mark.parametrize("mode, timeout", [("answer", 2000), ("close", 2000), ("silent", 5), ("flood", 20)])
def test_many_checks_leave_nothing_behind(mode, timeout):
    with SystemBus({UNIT: ("loaded", "active")}, mode) as bus:
        _, after = costs("process", {"unit": UNIT}, 300, every=300, timeout=timeout, env=bus.env)
    assert loop.flat(after)


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_a_dead_process_is_not_running_also_for_a_worker(programs, plugins, tmp_path, pid_file, isolation):
    pid_file.write_text("4194301", encoding="ascii")
    config = {"plugins": {"path": [str(plugins)]}, "checks": {
        "app": {"checker": "process", "isolation": isolation, "with": {"pid_file": str(pid_file)}}}}
    (tmp_path / "probehost.yaml").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run([programs / "probehost", "check", "--config", tmp_path / "probehost.yaml"], check=False,
                          capture_output=True, text=True, timeout=30)
    assert (done.returncode, "Process not running" in done.stdout) == (1, True), done.stdout
