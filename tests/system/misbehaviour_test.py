"""Plugins that do harm, each in a process of its own: the host lives, its other checks go on, and the check says what happened."""
import contextlib
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import threading
import time

import pytest

from peers.process import family

from .host import short_directory, until
from .scripted import HERE, INCLUDE, compile_plugin

pytestmark = pytest.mark.slow  # a sanitizer's memory does not fit into a worker's limits

ZOO = HERE / "misbehaving"
NOT_STARTED = "Checker did not start within 5s"
QUARANTINED = "Checker quarantined after 5 crashes"
CRASHES = {
    "segfault": "Checker crashed: SIGSEGV", "overflow": "Checker crashed: SIGSEGV", "abort": "Checker crashed: SIGABRT",
    "exit": "Checker exited with status 0", "_exit": "Checker exited with status 3", "10 gigabytes": "Checker crashed: SIGSEGV",
    "400 megabytes": "Checker exceeded its memory limit", "close descriptors": "Checker exited with status 1",
    "chatter to host": "Checker sent garbage", "alarm": "Checker crashed: SIGALRM",
    "lose a reader": "Checker crashed: SIGPIPE", "small thread bomb": "Checker exceeded its thread limit",
}
HANGS = ["spin", "sleep", "stop itself", "end the thread"]
HARMLESS = ["fork bomb", "thread bomb", "kill everybody", "become a shell", "open descriptors", "chatter", "flood log", "change process",
            "two verdicts", "old pointers", "signal by input", "slow everybody"]
FATAL_IN_THE_HOST = {"segfault": ("SIGSEGV", -signal.SIGSEGV), "overflow": ("SIGSEGV", -signal.SIGSEGV),
                     "abort": ("SIGABRT", -signal.SIGABRT), "exit": ("exit()", 0)}
SURVIVED_IN_THE_HOST = {"spin": "Timeout after 500ms", "sleep": "Timeout after 500ms", "end the thread": "Timeout after 500ms",
                        "flood log": "", "two verdicts": "", "60 megabytes": "", "change process": "", "old pointers": "",
                        "lose a reader": "", "chatter to host": ""}
WORDS = {"no verdict": "Checker gave no verdict", "not utf-8": "a\ufffd\ufffdz", "say too much": "x" * 200}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    directory = tmp_path_factory.mktemp("zoo")
    compile_plugin(ZOO / "misbehaving.c", directory / "misbehaving.so", "-Wno-error", "-pthread")
    subprocess.run(["g++", "-std=c++17", "-O1", "-g", "-fPIC", "-shared", "-fvisibility=hidden", "-I", INCLUDE, ZOO / "throwing.cpp",
                    "-o", directory / "throwing.so"], check=True, timeout=120)
    return directory


def misbehaving(act, at="run", **policy):
    return {"checker": "misbehaving", "timeout": "500ms", "interval": "100ms", "max_age": "50ms", **policy,
            "with": {"act": act, "at": at}}


@pytest.fixture
def beside(configured, scripted_plugins, zoo, script):
    """A host with a bad check and a good one."""
    def make(bad):
        checks = {"bad": bad, "good": script.check("good", interval="50ms", max_age="20ms")}
        return configured({"checks": checks}, plugins=[scripted_plugins, zoo]).start()
    return make


def of(host):
    """What the bad one says; the good one is fine, and liveness too, whatever it is."""
    assert host.live().status == 200
    ready = host.ready()
    assert ready.took < 0.9
    until(lambda: host.ready().checks["good"]["healthy"], 2)
    return ready.checks["bad"].get("error", "")


def goes_on(host, script):
    before = script.runs("good")
    until(lambda: script.runs("good") > before + 3)
    assert host.process.poll() is None
    assert "GARBAGE" not in host.log.replace("warning: GARBAGE", "")


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
    host = beside({"checker": "throwing", "interval": "100ms", "with": {"kind": kind}})
    until(lambda: of(host) == "Checker crashed: SIGABRT")
    goes_on(host, script)


@pytest.mark.parametrize("kind", ["own", "foreign"])
def test_exceptions_in_the_hosts_own_process_end_their_run_only(beside, script, kind):
    host = beside({"checker": "throwing", "isolation": "thread", "interval": "100ms", "with": {"kind": kind}})
    runs = until(lambda: of(host) == "Checker failed" and host.get("/health/ready?verbose").json["checks"]["bad"]["runs"])
    until(lambda: host.get("/health/ready?verbose").json["checks"]["bad"]["runs"] >= runs + 3)
    goes_on(host, script)


@pytest.mark.parametrize("act", HANGS)
def test_what_hangs_is_killed_and_started_again(beside, script, act):
    host = beside(misbehaving(act))
    until(lambda: of(host) == "Timeout after 500ms")
    first = workers(host)
    until(lambda: workers(host) and set(workers(host)).isdisjoint(first))
    assert of(host) == "Timeout after 500ms"
    goes_on(host, script)


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


@pytest.mark.parametrize("act, words", (SURVIVED_IN_THE_HOST | WORDS).items(), ids=list(SURVIVED_IN_THE_HOST | WORDS))
def test_what_the_host_survives_in_its_own_process(beside, script, act, words):
    host = beside(misbehaving(act, isolation="thread", interval="1s"))
    until(lambda: of(host) == words)
    goes_on(host, script)
    assert workers(host) == []


def test_what_is_written_to_the_hosts_own_output_reaches_its_log_only(beside, script):
    host = beside(misbehaving("chatter", isolation="thread", interval="1s"))
    host.until_logged("GARBAGE")
    runs = script.runs("good")
    until(lambda: of(host) == "" and script.runs("good") > runs + 3)


def test_whoever_takes_every_descriptor_of_the_hosts_own_process_leaves_one_for_probes(beside):
    host = beside(misbehaving("open descriptors", isolation="thread", interval="1s"))
    most, _ = resource.prlimit(host.process.pid, resource.RLIMIT_NOFILE)
    until(lambda: host.descriptors == most)
    for _ in range(20):
        assert of(host) == ""


@pytest.mark.parametrize("act", ["sleep", "end the thread"])
def test_a_create_that_does_not_return_in_the_hosts_own_process(beside, script, act):
    host = beside(misbehaving(act, "create", isolation="thread"))
    until(lambda: of(host) == NOT_STARTED)
    goes_on(host, script)


@pytest.mark.parametrize("act", ["sleep", "end the thread"])
def test_a_destroy_that_does_not_return_in_the_hosts_own_process(beside, script, act):
    host = beside(misbehaving(act, "destroy", isolation="thread"))
    until(lambda: of(host) == "")
    assert host.reload()
    goes_on(host, script)
    host.signal(signal.SIGTERM)
    assert host.wait() == 0


@pytest.mark.parametrize("at", ["create", "run"])
@pytest.mark.parametrize("act, end", FATAL_IN_THE_HOST.items(), ids=list(FATAL_IN_THE_HOST))
def test_what_takes_the_host_along_is_named(configured, zoo, act, end, at):
    host = configured({"checks": {"bad": misbehaving(act, at, isolation="thread", timeout="20s")}}, plugins=[zoo]).launch()
    assert host.wait() == end[1]
    assert host.log.count(f'error: checker "misbehaving" ended the host: {end[0]}; with `isolation: process`') == 1


@pytest.mark.parametrize("act", ["segfault", "abort", "exit", "_exit", "overflow"])
def test_in_create(beside, script, act):
    host = beside(misbehaving(act, "create"))
    until(lambda: re.fullmatch(r"Checker (crashed: SIG[A-Z]+|exited with status \d|quarantined after 5 crashes)", of(host)))
    host.until_logged("when the check was created")
    goes_on(host, script)


def creating(*acts):
    """A check of the same plugin for each act, in this order: check-0, check-1 and so on."""
    return {"checks": {f"check-{number}": misbehaving(act, "create", interval="200ms") for number, act in enumerate(acts)}}


def healthy(host, *numbers):
    checks = host.ready().checks
    return all(checks[f"check-{number}"]["healthy"] for number in numbers)


def error_of(host, number):
    return host.ready().checks[f"check-{number}"].get("error", "")


def test_hanging_in_create(configured, zoo):
    host = configured(creating("nothing", "sleep", "nothing"), plugins=[zoo]).start()
    until(lambda: healthy(host, 0, 2) and error_of(host, 1) == NOT_STARTED, 3)
    assert host.log.count('a check of its checker "misbehaving" was not created within 5s') == 1
    assert re.findall(r"checks\.(.*): its worker process (.*) when the check was created", host.log) == [("check-1", NOT_STARTED[8:])]
    for _ in range(2):  # the next worker is not asked for it again
        (worker,) = workers(host)
        os.kill(worker, signal.SIGKILL)
        until(lambda: worker not in workers(host) and workers(host) and healthy(host, 0, 2), 3)
    (worker,) = workers(host)
    time.sleep(6)
    assert workers(host) == [worker] and healthy(host, 0, 2) and error_of(host, 1) == NOT_STARTED
    assert "hung in a run" not in host.log and "a run of its checker" not in host.log


def test_a_start_waits_for_one_hanging_create_only(configured, zoo):
    before = time.monotonic()
    host = configured(creating(*["sleep"] * 20), plugins=[zoo]).start()
    assert host.live().status == 200
    assert time.monotonic() - before < 6.5
    host.until_logged("checks.check-19: its worker process was still busy when the check was created")


def test_creates_that_hang_one_after_the_other_end_with_their_siblings_well(configured, zoo):
    host = configured(creating("sleep", "sleep", "sleep", "nothing"), plugins=[zoo]).start()
    until(lambda: healthy(host, 3) and [error_of(host, number) for number in range(3)] == [NOT_STARTED] * 3, 25)
    assert host.log.count("was not created within 5s") == 3
    assert "hung in a run" not in host.log and "a run of its checker" not in host.log


def test_hanging_in_create_in_a_reload(configured, zoo):
    host = configured(creating("nothing"), plugins=[zoo]).start()
    until(lambda: healthy(host, 0))
    assert host.reload(creating("nothing", "sleep", "nothing"))
    # Where others ran, too, it has a second try before it is blamed.
    until(lambda: healthy(host, 0, 2) and error_of(host, 1) == NOT_STARTED, 12)
    assert host.reload(creating("nothing", "nothing", "nothing"))  # another chance
    until(lambda: healthy(host, 0, 1, 2), 3)
    assert "hung in a run" not in host.log and "a run of its checker" not in host.log


@contextlib.contextmanager
def spawned(host):
    """When each worker was first seen, by pid: several looks fit into the life of the shortest."""
    seen = {}
    over = threading.Event()

    def look():
        while not over.wait(0.001):
            for pid in workers(host):
                seen.setdefault(pid, time.monotonic())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def test_a_worker_that_dies_at_each_run_is_started_five_times_and_says_so(beside, script):
    host = beside(misbehaving("abort"))
    with spawned(host) as seen:
        until(lambda: of(host) == QUARANTINED, 20)
        assert time.monotonic() - max(seen.values()) < 5
        time.sleep(10)
        assert of(host) == QUARANTINED
    assert 3 <= len(seen) <= 6  # a busy machine may look too late for some, or see one before it is a worker
    goes_on(host, script)


@pytest.mark.parametrize("act", ["segfault", "abort", "exit", "sleep"])
def test_in_destroy(beside, script, act):
    host = beside(misbehaving(act, "destroy"))
    until(lambda: of(host) == "")
    assert host.reload()
    until(lambda: of(host) == "", 20)
    goes_on(host, script)
    host.signal(signal.SIGTERM)
    assert host.wait() == 0


def workers(host):
    return [pid for pid in family(host.process.pid) if pid != host.process.pid]


def test_memory_that_leaks_is_given_back(beside, script):
    host = beside(misbehaving("60 megabytes", interval="20ms", max_age="0", timeout="20s"))
    until(lambda: "Checker exceeded its memory limit" in host.log, 60)
    first = set(workers(host))
    until(lambda: of(host) == "", 10)
    assert first.isdisjoint(workers(host)) or not first
    goes_on(host, script)
    with open(f"/proc/{host.process.pid}/statm", encoding="ascii") as statm:
        assert int(statm.read().split()[1]) * 4096 < 60 << 20


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
