"""What systemd gives a host and is told by it: sockets that listen already, the status line, priorities of log lines."""
import os
import socket
import subprocess

import pytest

from .host import ask, until


def told(manager, beginning):
    """The first thing that begins like this."""
    while True:
        for word in manager.recv(4096).decode().split("\n"):
            if word.startswith(beginning):
                return word


def launched(host, *sockets, pid="$$", **env):
    """As systemd starts it: sockets from 3 on, and variables that name this very process."""
    moves = " ".join(f"{3 + i}<&{each.fileno()}" for i, each in enumerate(sockets))
    # Moved out of the way first, because one of them may be 3 itself.
    command = f"LISTEN_PID={pid} LISTEN_FDS={len(sockets)} exec {host.program} serve --config {host.file} {moves}"
    with open(host.dir / "log", "ab") as log:
        host.process = subprocess.Popen(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        env=os.environ | env, pass_fds=[each.fileno() for each in sockets])
    return host


def high(listener):
    """The same socket as a descriptor that no redirection collides with."""
    copy = socket.socket(fileno=os.dup2(listener.fileno(), 100 + listener.fileno()))
    listener.close()
    return copy


@pytest.fixture
def listener():
    with high(socket.create_server(("127.0.0.1", 0), backlog=16)) as listener:
        yield listener


def test_sockets_that_listen_already_take_the_place_of_the_configurations(configured, script, listener):
    host = launched(configured({"checks": {"a": script.check("a")}}), listener)
    host.address = listener.getsockname()
    assert until(lambda: "listening on" in host.log and ask(host.address, "/health").status) == 200
    assert "listening on 127.0.0.1:%d (the service manager's) with 1 check" % host.address[1] in host.log


def test_who_connects_between_two_hosts_is_answered_by_the_second(configured, listener):
    host = launched(configured({"server": {"drain_delay": "0s"}}), listener)
    address = listener.getsockname()
    assert ask(address, "/health").status == 200
    host.stop()
    with socket.create_connection(address, timeout=10) as early:
        early.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        launched(host, listener)
        assert early.recv(100).startswith(b"HTTP/1.1 200")


def test_sockets_of_somebody_else_are_left_alone(configured, listener):
    host = launched(configured({}), listener, pid="1")
    assert until(host.listening)
    assert host.address[1] != listener.getsockname()[1]


def test_a_socket_that_is_of_no_use_is_an_error_in_words(configured, tmp_path, manager):
    with high(socket.socket(socket.AF_UNIX)) as unusable:
        unusable.bind(str(tmp_path / "unusable"))
        unusable.listen()
        host = launched(configured({}), unusable, NOTIFY_SOCKET=manager.getsockname())
        assert host.wait() == 71
    expected = "cannot listen on descriptor 3 of LISTEN_FDS: the inherited socket is not a TCP socket"
    assert f"error: {expected}" in host.log
    assert told(manager, "STATUS=cannot") == f"STATUS={expected}"


def test_the_status_says_what_is_wrong(configured, script, manager):
    checks = {"a": script.check("a", interval="50ms"), "b": script.check("b", interval="50ms", critical=False)}
    host = configured({"checks": checks, "server": {"drain_delay": "1m"}}, env={"NOTIFY_SOCKET": manager.getsockname()}).start()
    assert told(manager, "STATUS=ready") == "STATUS=ready, 2 checks"
    script.say("b", "fail Disk full")
    assert told(manager, "STATUS=degraded") == "STATUS=degraded: b: Disk full"
    script.say("a", "fail Connection refused")
    assert told(manager, "STATUS=not ready") == "STATUS=not ready: a: Connection refused; b: Disk full"
    host.reload({"checks": {"a": {"checker": "nothing"}}})
    line = told(manager, "STATUS=not ready: a: Connection refused; b: Disk full; not reloaded: ")
    assert f'not reloaded: {host.file}:' in line and 'checks.a.checker: unknown checker "nothing"' in line
    host.process.terminate()
    assert told(manager, "EXTEND_TIMEOUT_USEC=") == "EXTEND_TIMEOUT_USEC=70000000"
    assert told(manager, "STATUS=draining").startswith("STATUS=draining: a: Connection refused")


def test_errors_in_the_configuration_are_a_status_too(configured, manager):
    host = configured({"server": {"wait": "soon"}, "checks": {"a": {}}}, env={"NOTIFY_SOCKET": manager.getsockname()}).launch()
    assert host.wait() == 78
    assert told(manager, "STATUS=").startswith(f"STATUS={host.file}:")


def test_lines_for_the_journal_have_a_priority(configured, script):
    checks = {"a": script.check("a")}
    host = configured({"checks": checks})
    log = host.dir / "log"
    log.touch()
    about = log.stat()
    host.env = {"JOURNAL_STREAM": f"{about.st_dev}:{about.st_ino}"}
    host.start()
    script.say("a", "fail Gone")
    host.ready()
    host.until_logged('<4>warning: check "a" is unhealthy: Gone')
    assert "<6>probehost 0" in host.log
