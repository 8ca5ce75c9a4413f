"""The world misbehaves: clocks, disks, names, networks, descriptors, neighbours. Nobody waits for an answer, nobody gets a wrong one."""
import contextlib
import datetime
import os
import pathlib
import re
import resource
import signal
import socket
import statistics
import subprocess
import time

import pytest

from faults.nth_call import compiled
from peers.dns import Resolver, ResolverUnavailable
from peers.redis import Redis

from .host import Host, short_directory, until
from .scripted import HERE, compile_plugin

pytestmark = pytest.mark.slow
FAULTS = pathlib.Path(__file__).parent.parent / "faults"


def quick(script, *keys):
    return {"checks": script.checks(*keys, interval="100ms", max_age="50ms")}


def since(host):
    """When each check last changed, in the host's own time of day."""
    checks = host.get("/health/ready?verbose").json["checks"]
    return {name: datetime.datetime.fromisoformat(check["since"]).timestamp() for name, check in checks.items()}


@pytest.mark.parametrize("seconds", [3600, -3600, 86400, -86400, 1, -1])  # the last as leap seconds are
def test_the_wall_clock_is_stepped(configured, script, tmp_path, seconds):
    library, shift = compiled(FAULTS / "shift_clock.c", tmp_path / "shift.so", "-D_GNU_SOURCE", "-ldl"), tmp_path / "shift"
    shift.write_text("0", encoding="ascii")
    host = configured(quick(script, "a", "b"), env={"LD_PRELOAD": str(library), "SHIFT_CLOCK": str(shift)}).start()
    host.until_ready()
    seen = since(host)
    before = script.runs("a")
    shift.write_text(str(seconds), encoding="ascii")
    end = time.monotonic() + 2
    while time.monotonic() < end:
        assert (host.ready().status, host.live().status, host.started().status) == (200, 200, 200)
    assert 10 <= script.runs("a") - before <= 50
    assert "unhealthy" not in host.log
    assert since(host) == seen
    time.sleep(-time.time() % 1)  # `since` has whole seconds, and a step of one is to show
    begun = int(time.time())
    script.say("a", "fail Down")
    host.until_ready(503)
    assert begun + seconds <= since(host)["a"] <= time.time() + seconds
    assert since(host)["b"] == seen["b"]


def test_the_disk_of_the_log_is_full(configured, script):
    host = configured(quick(script, "a"))
    with open("/dev/full", "wb") as full, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.close()
        host.configure({**quick(script, "a"), "server": {"listen": [f"127.0.0.1:{port}"]}})
        host.process = subprocess.Popen([host.program, "serve", "--config", host.file], stdout=full, stderr=full)
        host.address = ("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            until(lambda: connects(host))
        host.until_ready()
        script.say("a", "fail Down")
        host.until_ready(503)
        script.say("a", "pass")
        host.until_ready()
    host.process.terminate()
    assert host.wait() == 0


def connects(host):
    with contextlib.suppress(OSError), socket.create_connection(host.address, timeout=1):
        return True
    return False


def test_names_are_not_resolved(programs, plugins, scripted_plugins, script):
    checks = {**{name: {"checker": name, "interval": "200ms", "timeout": "600ms", "with": {"host": "db.example", **more}}
                 for name, more in (("redis", {}), ("postgres", {"user": "u", "dbname": "d"}))},
              "good": script.check("good", interval="50ms", max_age="20ms")}
    try:
        with Resolver("hang") as resolver, short_directory() as directory:
            host = Host(programs, [plugins, scripted_plugins], {"checks": checks}, directory)
            with open(host.dir / "log", "ab") as log:
                host.process = subprocess.Popen([*resolver.prefix, host.program, "serve", "--config", host.file], stdout=log, stderr=log)
            until(host.listening)
            until(lambda: [host.ready().checks[name].get("error") for name in ("redis", "postgres")] == ["Timeout after 600ms"] * 2)
            before = script.runs("good")
            until(lambda: script.runs("good") > before + 10)
            assert host.ready().checks["good"]["healthy"]
            assert host.live().took < 0.25
            host.stop()
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def far_redis():
    """A Redis that is reached over a cable; yields its address and the cable."""
    name = f"ph{os.getpid() % 10000}"
    if ip("link", "add", name, "type", "veth", "peer", "name", name + "p").returncode != 0:
        pytest.skip("no network devices can be made here")
    with subprocess.Popen(["unshare", "--net", "sleep", "300"]) as other:
        try:
            until(lambda: os.readlink(f"/proc/{other.pid}/ns/net") != os.readlink("/proc/self/ns/net"))
            inside = ["nsenter", "-t", str(other.pid), "-n"]
            ip("link", "set", name + "p", "netns", str(other.pid))
            ip("addr", "add", "10.213.77.1/30", "dev", name)
            ip("link", "set", name, "up")
            for words in (["addr", "add", "10.213.77.2/30", "dev", name + "p"], ["link", "set", name + "p", "up"]):
                subprocess.run([*inside, "ip", *words], check=True)
            with subprocess.Popen([*inside, "redis-server", "--port", "6379", "--bind", "10.213.77.2", "--save", "", "--protected-mode", "no"],
                                  stdout=subprocess.DEVNULL, cwd="/tmp") as server:
                yield "10.213.77.2", name
                server.kill()
        finally:
            ip("link", "del", name)
            other.kill()


def test_the_network_is_cut_and_heals(serving, plugins, scripted_plugins, script, far_redis):
    address, cable = far_redis
    checks = {"far": {"checker": "redis", "interval": "200ms", "max_age": "50ms", "timeout": "500ms", "with": {"host": address}},
              "good": script.check("good", interval="50ms")}
    host = serving({"checks": checks}, plugins=[plugins, scripted_plugins])
    host.until_ready()
    for _ in range(2):
        ip("link", "set", cable, "down")
        answer = host.until_ready(503)
        assert answer.checks["far"]["error"] in ("Timeout after 500ms", "Network unreachable", "Host unreachable", "Connection failed")
        assert host.live().status == 200
        ip("link", "set", cable, "up")
        host.until_ready()


def test_a_dependency_flaps_ten_times_a_second(serving, script):
    flapping = script.check("a", interval="20ms", max_age="10ms", failure_threshold=50)
    host = serving({"checks": {"a": flapping, "b": script.check("b")}})
    host.until_ready()
    end, number = time.monotonic() + 4, 0
    while time.monotonic() < end:
        number += 1
        script.say("a", "fail Flaps" if number % 2 else "pass")
        time.sleep(0.05)
        assert (host.ready().status, host.live().status) == (200, 200)
    assert "probe is failing" not in host.log


def test_descriptors_run_out_while_it_serves(serving, script):
    host = serving(quick(script, "a"))
    host.until_ready()
    resource.prlimit(host.process.pid, resource.RLIMIT_NOFILE, (60, 4096))
    held = []
    for _ in range(300):
        with contextlib.suppress(OSError):
            held.append(socket.create_connection(host.address, timeout=0.2))
            held[-1].sendall(b"G")  # or the kernel would keep it
    until(lambda: len(os.listdir(f"/proc/{host.process.pid}/fd")) >= 59)
    for _ in range(50):
        answer = host.live()
        assert (answer.status, answer.took < 0.5) == (200, True)
    for client in held:
        client.close()
    resource.prlimit(host.process.pid, resource.RLIMIT_NOFILE, (4096, 4096))
    host.until_ready()


def virtual_memory(host):
    return int(re.search(r"VmSize:\s+(\d+) kB", pathlib.Path(f"/proc/{host.process.pid}/status").read_text("ascii"))[1]) << 10


@pytest.mark.parametrize("megabytes", [0, 1, 4, 16])
def test_memory_is_nearly_gone(serving, script, megabytes):
    host = serving(quick(script, *"abcdefgh"))
    host.until_ready()
    resource.prlimit(host.process.pid, resource.RLIMIT_AS, (virtual_memory(host) + (megabytes << 20), resource.RLIM_INFINITY))
    for _ in range(200):
        assert host.live().status == 200
        assert host.ready().status == 200 or megabytes == 0
        assert host.get("/health/ready?verbose").status in (200, 503)
    host.reload()  # or not, which is said
    assert host.live().status == 200
    host.signal(signal.SIGTERM)
    status = host.wait()
    assert status == 0 or (megabytes, status) == (0, 70), host.log
    assert status == 0 or "probehost: out of memory" in host.log


@pytest.fixture
def small_group():
    """A control group with 64 MB of memory."""
    group = pathlib.Path(f"/sys/fs/cgroup/memory/probehost-test-{os.getpid()}")
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(64 << 20), encoding="ascii")
    except OSError as error:
        pytest.skip(f"no control group for memory can be made here: {error}")
    yield group
    until(lambda: not (group / "cgroup.procs").read_text("ascii"))
    group.rmdir()


def test_a_greedy_worker_does_not_take_the_hosts_memory(configured, scripted_plugins, script, tmp_path, small_group):
    compile_plugin(HERE / "misbehaving" / "misbehaving.c", tmp_path / "misbehaving.so", "-Wno-error", "-pthread")
    greedy = {"checker": "misbehaving", "interval": "100ms", "timeout": "5s", "with": {"act": "60 megabytes", "at": "run"}}
    checks = {"greedy": greedy, "good": script.check("good", interval="50ms", max_age="20ms")}
    host = configured({"checks": checks}, plugins=[scripted_plugins, tmp_path])
    host.program = in_group(host.program, small_group, tmp_path)
    host.start()
    until(lambda: host.ready().checks["greedy"].get("error") in 
          ("Checker crashed: SIGSEGV", "Checker quarantined after 5 crashes"))
    for _ in range(50):
        assert host.live().status == 200
        until(lambda: host.ready().checks["good"]["healthy"], 2)
        time.sleep(0.02)
    host.stop()


def in_group(program, group, directory):
    starter = directory / "start"
    starter.write_text(f'#!/bin/sh\necho $$ >{group}/cgroup.procs && exec {program} "$@"\n', encoding="utf-8")
    starter.chmod(0o755)
    return starter


def test_one_core_and_a_neighbour_that_spins(configured, script):
    host = configured(quick(script, "a"))
    core = str(min(os.sched_getaffinity(0)))
    with subprocess.Popen(["taskset", "-c", core, "sh", "-c", "while :; do :; done"]) as neighbour:
        host.launch()
        os.sched_setaffinity(host.process.pid, {int(core)})
        until(host.listening)
        host.until_ready()
        times = [host.live().took for _ in range(300)]
        neighbour.kill()
    assert statistics.quantiles(times, n=100)[98] < 0.25
