"""Plugins that do harm, each in a process of its own: the host lives, its other checks go on, and the check says what happened."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from peers.process import family

from .host import short_directory, until
from .zoo import WORDS, goes_on, is_left_well, misbehaving, of, workers

pytestmark = pytest.mark.slow  # a sanitizer's memory does not fit into a worker's limits

QUARANTINED = "Checker quarantined after 5 crashes"
CRASHES = {
    "segfault": "Checker crashed: SIGSEGV", "overflow": "Checker crashed: SIGSEGV", "abort": "Checker crashed: SIGABRT",
    "exit": "Checker exited with status 0", "_exit": "Checker exited with status 3", "10 gigabytes": "Checker crashed: SIGSEGV",
    "400 megabytes": "Checker exceeded its memory limit", "close descriptors": "Checker exited with status 1",
    "chatter to host": "Checker sent garbage", "alarm": "Checker crashed: SIGALRM",
    "lose a reader": "Checker crashed: SIGPIPE", "small thread bomb": "Checker exceeded its thread limit",
}
SLACK = 0.1  # seconds, for a run's deadline to be noticed and its verdict to be told
HANGS = ["spin", "sleep", "stop itself", "end the thread"]
HARMLESS = ["fork bomb", "thread bomb", "kill everybody", "become a shell", "open descriptors", "chatter", "flood log", "change process",
            "two verdicts", "old pointers", "signal by input", "slow everybody"]


@pytest.mark.parametrize("act, words", CRASHES.items(), ids=list(CRASHES))
def test_what_kills_its_process(beside, script, act, words):
    host = beside(misbehaving(act, timeout="20s"))  # its harm may take a while on a busy machine
    until(lambda: of(host) == words, 20)
    until(lambda: of(host) == QUARANTINED, 60)
    goes_on(host, script)
    host.until_logged(f'check "bad" is unhealthy: {words}')
    assert host.reload()  # a new chance
    until(lambda: of(host) == words, 20)


@pytest.mark.parametrize("kind", ["own", "foreign"])
def test_exceptions_that_nobody_catches(beside, script, kind):
    host = beside({"checker": "throwing", "interval": "100ms", "with": {"kind": kind, "at": "run"}})
    until(lambda: of(host) == "Checker crashed: SIGABRT")
    goes_on(host, script)


@pytest.mark.parametrize("kind", ["own", "foreign"])
def test_exceptions_of_destroy(beside, script, kind):
    host = beside({"checker": "throwing", "interval": "100ms", "with": {"kind": kind, "at": "destroy"}})
    is_left_well(host, script)


@pytest.mark.parametrize("act", HANGS)
def test_what_hangs_is_killed_and_started_again(beside, script, act):
    host = beside(misbehaving(act))
    until(lambda: of(host) == "Timeout after 500ms")
    first = workers(host)
    until(lambda: workers(host) and set(workers(host)).isdisjoint(first))
    assert of(host) == "Timeout after 500ms"
    goes_on(host, script)


@pytest.mark.parametrize("act", [*CRASHES, *HANGS])
def test_a_verdict_comes_in_time(beside, act):
    """What an answer waited for had not begun when the one before came: a run begins when it is asked for, or once the last is back."""
    host = beside(misbehaving(act, interval="1h", max_age="0"))
    host.ready()
    said, times = [], [time.monotonic()]
    while times[-1] < times[0] + 2.5:
        said.append(host.ready().checks["bad"]["error"])
        times.append(time.monotonic())
    longest = max(after - before for before, after in zip(times, times[1:]))
    print(f"{act}: at most {longest * 1000:.0f} ms")
    closed = {"Checker closed its connection"} if act == "close descriptors" else set()  # which may be seen before its end
    assert set(said) <= {CRASHES.get(act), "Timeout after 500ms", QUARANTINED, *closed}
    assert 0.1 < longest < 0.5 + SLACK


@pytest.mark.parametrize("act", HARMLESS)
def test_what_harms_nobody(beside, script, act):
    host = beside(misbehaving(act))
    until(lambda: of(host) in ("", "Timeout after 500ms"))
    goes_on(host, script)
    assert os.sched_getaffinity(host.process.pid) == os.sched_getaffinity(0)
    assert os.getpriority(os.PRIO_PROCESS, host.process.pid) == os.getpriority(os.PRIO_PROCESS, 0)
    assert len(family(host.process.pid)) < 10
    assert host.threads < 40


@pytest.mark.parametrize("act, words", WORDS.items(), ids=list(WORDS))
def test_what_is_said_badly(beside, act, words):
    host = beside(misbehaving(act))
    until(lambda: of(host) == words)


@pytest.mark.parametrize("act", ["segfault", "abort", "exit", "_exit", "overflow"])
def test_in_create(beside, script, act):
    host = beside(misbehaving(act, "create"))
    until(lambda: re.fullmatch(r"Checker (crashed: SIG[A-Z]+|exited with status \d|quarantined after 5 crashes)", of(host)))
    host.until_logged("when the check was created")
    goes_on(host, script)


def test_a_worker_that_dies_at_each_run_is_started_five_times_and_says_so(beside, script, tmp_path):
    bad = misbehaving("abort")
    bad["with"]["diary"] = str(tmp_path / "diary")
    host = beside(bad)
    until(lambda: of(host) == QUARANTINED, 20)
    assert time.time() - os.path.getmtime(tmp_path / "diary") < 5  # since the last start
    time.sleep(10)
    assert of(host) == QUARANTINED
    assert os.path.getsize(tmp_path / "diary") == 5
    goes_on(host, script)


@pytest.mark.parametrize("act", ["segfault", "abort", "exit", "sleep"])
def test_in_destroy(beside, script, act):
    is_left_well(beside(misbehaving(act, "destroy")), script)


def test_memory_that_leaks_is_given_back(beside, script):
    host = beside(misbehaving("60 megabytes", interval="20ms", max_age="0", timeout="20s"))
    until(lambda: "Checker exceeded its memory limit" in host.log, 60)
    first = set(workers(host))
    until(lambda: of(host) == "", 10)
    assert first.isdisjoint(workers(host)) or not first
    goes_on(host, script)
    assert host.resident < 60 << 20


def test_auto_trusts_nobody_but_our_own(serving, plugins, scripted_plugins, script):
    checks = {"own": {"checker": "redis", "with": {"host": "127.0.0.1", "port": 1}},
              "apart": {"checker": "redis", "isolation": "process", "with": {"host": "127.0.0.1", "port": 1}},
              "third": script.check("third", isolation="auto"), "trusted": script.check("trusted", isolation="thread")}
    for left_out, expected in (("apart", ["scripted.so"]), ("third", ["redis.so"])):
        host = serving({"checks": {name: check for name, check in checks.items() if name != left_out}}, plugins=[plugins, scripted_plugins])
        until(lambda: "No result yet" not in host.ready().body)
        running = []
        for pid in workers(host):
            with open(f"/proc/{pid}/cmdline", encoding="ascii") as line:
                running.append(line.read().split("\0")[1].rpartition("/")[2])
        assert running == expected


def test_workers_die_with_their_host(beside):
    host = beside(misbehaving("chatter"))
    until(lambda: of(host) == "")
    left = workers(host)
    assert len(left) == 1
    host.signal(signal.SIGKILL)
    host.wait()
    until(lambda: not [pid for pid in left if os.path.exists(f"/proc/{pid}")], 2)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can look at a worker from outside")
def test_a_worker_has_no_powers_and_cannot_be_read(beside):
    host = beside(misbehaving("nothing"))
    (worker,) = until(lambda: workers(host))
    until(lambda: "Seccomp:\t2" in (status := pathlib.Path(f"/proc/{worker}/status").read_text("ascii")) and status)
    status = pathlib.Path(f"/proc/{worker}/status").read_text("ascii")
    assert "CapEff:\t0000000000000000" in status
    assert "CapPrm:\t0000000000000000" in status
    assert pathlib.Path(f"/proc/{worker}/oom_score_adj").read_text("ascii") == "800\n"  # the kernel takes it before its host
    sibling = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "cat", f"/proc/{worker}/environ"]
    assert "Permission denied" in subprocess.run(sibling, capture_output=True, text=True, check=False).stderr


def test_hundreds_of_checks_of_one_plugin(configured, zoo):
    checks = {f"check-{number}": misbehaving("nothing", interval="500ms", timeout="5s") for number in range(300)}
    host = configured({"server": {"wait": "3s"}, "checks": checks}, plugins=[zoo]).start()
    host.until_ready(seconds=30)
    assert len(workers(host)) == 1


def test_a_worker_holds_nothing_of_the_hosts(beside):
    host = beside(misbehaving("chatter"))
    until(lambda: of(host) == "")
    [worker] = workers(host)
    opened = {fd: os.readlink(f"/proc/{worker}/fd/{fd}") for fd in os.listdir(f"/proc/{worker}/fd")}
    assert sum(target.startswith("socket:") for target in opened.values()) == 1
    assert [opened[fd] for fd in "012"] == ["/dev/null"] * 3
    with open(f"/proc/{worker}/environ", encoding="ascii") as environment:
        assert environment.read() == "PATH=/usr/bin:/bin\0"
    with open(f"/proc/{worker}/status", encoding="ascii") as status:
        text = status.read()
    assert re.search(r"^Seccomp:\s+2$", text, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s+1$", text, re.MULTILINE)
    with open(f"/proc/{worker}/limits", encoding="ascii") as limits:
        text = limits.read()
    assert re.search(r"^Max open files\s+1024\s", text, re.MULTILINE)
    assert re.search(r"^Max core file size\s+0\s", text, re.MULTILINE)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_process_of_the_same_user_cannot_read_the_host(programs):
    nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    with short_directory() as directory:
        for name in ("probehost", "probehost-worker"):
            shutil.copy(programs / name, directory)
        (directory / "c.yaml").write_text("server: {listen: ['127.0.0.1:0']}\n", encoding="utf-8")
        directory.chmod(0o755)
        command = [*nobody, directory / "probehost", "serve", "--config", directory / "c.yaml"]
        with subprocess.Popen([*nobody, "sleep", "20"]) as other, \
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as host:
            said = host.stdout.readline()
            readable = [subprocess.run([*nobody, "cat", f"/proc/{process.pid}/environ"], capture_output=True, check=False).returncode == 0
                        for process in (other, host)]
            other.kill()
            host.kill()
    assert "listening" in said
    assert readable == [True, False]


def test_a_worker_killed_again_and_again_costs_nothing(beside, script):
    host = beside(misbehaving("chatter", interval="50ms"))
    until(lambda: of(host) == "")
    before = host.descriptors
    for _ in range(4):
        for pid in workers(host):
            os.kill(pid, signal.SIGKILL)
        until(lambda: of(host) == "" and workers(host))
    goes_on(host, script)
    until(lambda: host.descriptors <= before + 1)
    until(lambda: len(workers(host)) == 1)
