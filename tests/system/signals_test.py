"""Contract 4, signals: a drain that everybody sees, an end in order, and a second signal that ends at once."""
import contextlib
import os
import signal
import socket
import subprocess
import time

import pytest

from . import bad_plugins
from .host import until
from .scripted import compile_plugin

BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


def drains(host):
    """Ready says so at once; the other two go on as before."""
    until(lambda: host.ready().status == 503, 0.5)
    ready = host.ready()
    assert ready.json["status"] == "not_ready"
    assert ready.checks["a"]["healthy"]
    assert (host.live().status, host.live().body) == (200, '{"status":"alive"}')
    assert host.started().status == 200


@BOTH
def test_a_drain_and_an_end(serving, script, number):
    host = serving({"server": {"drain_delay": "1s"}, "checks": script.checks("a")})
    host.until_ready()
    host.signal(number)
    start = time.monotonic()
    drains(host)
    assert host.wait() == 0
    assert 0.9 <= time.monotonic() - start < 3


@BOTH
def test_a_second_signal_ends_at_once(serving, script, number):
    host = serving({"server": {"drain_delay": "1m"}, "checks": script.checks("a")})
    host.until_ready()
    host.signal(signal.SIGTERM)
    drains(host)
    host.signal(number)
    assert host.wait(2) == 0


def test_drain_delay_0_ends_at_once(serving, script):
    host = serving({"server": {"drain_delay": "0"}, "checks": script.checks("a")})
    host.until_ready()
    host.signal(signal.SIGTERM)
    assert host.wait(2) == 0


def test_waiting_probes_are_answered_when_the_drain_begins(serving, script):
    host = serving({"server": {"drain_delay": "5s", "wait": "20s"}, "checks": {
        "a": script.check("a"), "slow": script.check("slow", "sleep 20000 pass", timeout="30s", interval="0")}})
    with socket.create_connection(host.address) as client:
        client.settimeout(5)
        client.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        until(lambda: script.runs("slow") == 1)
        host.signal(signal.SIGTERM)
        assert client.recv(4096).startswith(b"HTTP/1.1 503")
    assert host.ready().took < 1


@pytest.mark.parametrize("words", ["hang pass", "sleep 60000 pass"])
def test_a_hung_check_stops_nobody_from_leaving(serving, script, words):
    host = serving({"server": {"drain_delay": "100ms", "wait": "50ms"},
                    "checks": {"hung": script.check("hung", words, timeout="30s"), **script.checks("a")}})
    until(lambda: script.runs("hung") == 1 and host.ready().checks["a"]["healthy"])
    host.signal(signal.SIGTERM)
    start = time.monotonic()
    assert host.wait() == 0
    assert time.monotonic() - start < 4


def test_idle_and_half_sent_connections_stop_nobody_from_leaving(serving, script):
    host = serving({"server": {"drain_delay": "300ms"}, "checks": script.checks("a")})
    host.until_ready()
    with contextlib.ExitStack() as everything:
        clients = [everything.enter_context(socket.create_connection(host.address)) for _ in range(64)]
        for client in clients[:16]:
            client.sendall(b"GET /health HTTP/1.1\r\nHo")
        until(lambda: len(os.listdir(f"/proc/{host.process.pid}/fd")) > 64)
        host.signal(signal.SIGTERM)
        drains(host)
        start = time.monotonic()
        assert host.wait() == 0
        assert time.monotonic() - start < 2


@contextlib.contextmanager
def attacked(serving, script, clients=500):
    """A host with a check that hangs whatever it is told, and with clients of which a third each idle, have sent half a head, and never read."""
    said = [b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /health HTTP/1.1\r\nHo",
            500 * b"GET /health/ready?verbose HTTP/1.1\r\nHost: x\r\n\r\n"]
    limits = {"header_time": "1m", "keep_alive": "1m"}
    host = serving({"service": "one", "server": {"drain_delay": "0", "wait": "50ms", "limits": limits},
                    "checks": {"hung": script.check("hung", "hang pass", timeout="200ms"), **script.checks("a", interval="100ms")}})
    host.until_logged('check "hung" is stuck')
    before = host.descriptors_at_rest()
    with contextlib.ExitStack() as everything:
        for number in range(clients):
            client = everything.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(5)
            client.connect(host.address)
            client.sendall(said[number % 3])
        until(lambda: host.descriptors >= before + clients, what="all accepted")
        yield host


def test_neither_an_attack_nor_a_hung_check_keeps_it_from_leaving(serving, script):
    with attacked(serving, script) as host:
        host.signal(signal.SIGTERM)
        start = time.monotonic()
        assert host.wait() == 0
        took = time.monotonic() - start
        print(f"ended after {took:.2f} s")
        assert took < 5
        assert script.ended("hung") == 0


def test_beside_an_attack_and_a_hung_check_a_broken_configuration_leaves_the_old_one_in_force(serving, script):
    with attacked(serving, script) as host:
        before = host.file.read_text(encoding="utf-8")
        assert not host.reload({"service": "two", "cheks": {}})
        assert host.live().json == {"status": "alive", "service": "one"}
        checks = host.ready().checks
        assert list(checks) == ["hung", "a"]
        assert checks["a"]["healthy"] and checks["hung"]["error"] == "Timeout after 200ms"
        runs = script.runs("a")
        until(lambda: script.runs("a") > runs + 2)
        host.file.write_text(before.replace('"one"', '"three"'), encoding="utf-8")
        assert host.reload()
        until(lambda: host.live().json["service"] == "three")


def test_64_idle_connections_stop_no_probe(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    with contextlib.ExitStack() as everything:
        for _ in range(64):
            everything.enter_context(socket.create_connection(host.address)).sendall(b"G")
        assert all(host.live().status == 200 and host.ready().status == 200 for _ in range(20))


def test_after_its_end_nothing_listens_and_no_socket_is_left(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    host.signal(signal.SIGTERM)
    assert host.wait() == 0
    with pytest.raises(ConnectionRefusedError):
        host.live()
    assert not os.path.exists(host.admin)
    assert not os.path.exists(host.notify)


def test_a_killed_host_can_be_started_again(configured, script):
    host = configured({"checks": script.checks("a")}).start()
    host.process.kill()
    host.wait()
    (host.dir / "log").unlink()
    host.start()
    host.until_ready()


def test_signals_that_mean_nothing_here(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    with socket.create_connection(host.address) as client:  # closed with an answer on its way: SIGPIPE elsewhere
        client.sendall(200 * b"GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n")
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGWINCH, signal.SIGCONT):
        host.signal(number)
    time.sleep(0.1)
    assert host.live().status == 200


def test_a_pause_of_the_whole_process_does_not_make_it_dead(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    host.signal(signal.SIGSTOP)
    time.sleep(2)
    host.signal(signal.SIGCONT)
    assert host.live().status == 200
    host.until_ready()


def starts(script, key):
    """Seconds of the monotonic clock."""
    return [int(line.split()[4]) / 1000 for line in script.lines(key) if line.startswith("start")]


@pytest.mark.slow
def test_after_a_pause_of_30_s_every_check_goes_on_with_its_next_run(serving, script):
    scheduled = {f"in-{isolation}": script.check(f"in-{isolation}", "sleep 100 pass", interval="1s", max_age="5m", timeout="500ms",
                                                 isolation=isolation) for isolation in ("thread", "process")}
    host = serving({"checks": {**scheduled, "asked": script.check("asked", interval="1s", max_age="100ms")}})
    host.until_ready()
    until(lambda: all(script.runs(key) > 2 for key in scheduled))
    host.signal(signal.SIGSTOP)
    time.sleep(30)
    resumed = time.monotonic()
    host.signal(signal.SIGCONT)
    assert [host.live().status, host.ready().status, host.started().status] == [200, 200, 200]
    until(lambda: all(starts(script, key)[-1] > resumed + 4 for key in scheduled))
    for key in scheduled:
        since = [start - resumed for start in starts(script, key) if start > resumed - 0.1]  # in whole milliseconds
        gaps = [after - before for before, after in zip(since, since[1:])]
        print(f"{key}: first after {since[0]:.2f} s, then every {min(gaps):.2f} to {max(gaps):.2f} s")
        assert since[0] < 1.5  # none is missed beyond one interval,
        assert max(gaps) < 2
        assert sum(gap < 0.5 for gap in gaps) <= 1  # and none doubled
        assert script.most_at_once(key) == 1
    assert "unhealthy" not in host.log and "hung" not in host.log
    assert host.log.count("ready probe is failing") == 0


@pytest.mark.slow
def test_a_plugin_that_hangs_while_it_is_tried_holds_up_no_signal(configured, script, scripted_plugins, tmp_path):
    directory = tmp_path / "plugins"
    directory.mkdir()
    host = configured({"checks": {"a": script.check("a")}}, plugins=[scripted_plugins, directory]).start()
    compile_plugin(bad_plugins.ENTRY % "for (;;) pause();", directory / "hangs.so")
    host.signal(signal.SIGHUP)
    time.sleep(0.2)
    before = time.monotonic()
    host.signal(signal.SIGTERM)
    until(lambda: host.ready().status == 503)
    assert time.monotonic() - before < 1
    assert host.wait() == 0


@pytest.mark.parametrize("most", range(5, 41, 1))
def test_without_descriptors_it_ends_with_a_word_or_obeys(configured, script, most):
    host = configured({"checks": {"a": script.check("a")}})
    command = ["sh", "-c", f"ulimit -n {most}; exec {host.program} serve --config {host.file}"]
    # Sanitizers want descriptors, too, for leaks and for a look at virtual tables.
    env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + " detect_leaks=0", "UBSAN_OPTIONS": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.terminate()
        assert process.wait(10) in (0, 70, 71, 78, 127)
        assert process.stdout.read()
