"""What keeps a host that stands still from being taken for a live one: its own liveness, and systemd's watchdog."""
import contextlib
import ctypes
import os
import time

import pytest

from .host import until

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WAIT_ALL = 0x40000000
LIMIT = 5  # seconds without a turn of the scheduler
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def thread_of(host, name):
    for task in os.listdir(f"/proc/{host.process.pid}/task"):
        with open(f"/proc/{host.process.pid}/task/{task}/comm", encoding="ascii") as comm:
            if comm.read().strip() == name:
                return int(task)
    raise AssertionError(f"no thread {name}")


@contextlib.contextmanager
def stopped(task):
    """One thread of another process stands still, and none but it."""
    if libc.ptrace(PTRACE_SEIZE, task, None, None) != 0:
        pytest.skip(f"threads cannot be stopped here: {os.strerror(ctypes.get_errno())}")
    try:
        assert libc.ptrace(PTRACE_INTERRUPT, task, None, None) == 0
        os.waitpid(task, WAIT_ALL)
        yield
    finally:
        libc.ptrace(PTRACE_DETACH, task, None, None)


@pytest.fixture
def managed(configured, script, manager):
    def make(**more):
        env = {"NOTIFY_SOCKET": manager.getsockname(), **more}
        return configured({"checks": {"a": script.check("a", interval="100ms")}}, env=env).start()
    return make


def heard(manager, seconds):
    """What was said within this time."""
    words, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        manager.settimeout(left)
        with contextlib.suppress(TimeoutError):
            words += manager.recv(4096).decode().split("\n")
    return words


def said(manager, word):
    manager.settimeout(10)
    while True:
        words = manager.recv(4096).decode().split("\n")
        if word in words:
            return words


def test_liveness_fails_when_the_scheduler_stands_still(serving, script):
    host = serving({"checks": {"a": script.check("a", interval="100ms")}})
    host.until_ready()
    with stopped(thread_of(host, "scheduler")):
        stop = time.monotonic()
        assert host.live().status == 200  # not yet
        answer = until(lambda: (found := host.live()).status == 503 and found)
        took = time.monotonic() - stop
        print(f"503 after {took:.2f} s")
        assert LIMIT - 0.5 < took < LIMIT + 1  # its last turn was a little earlier, and the machine may be busy
        assert answer.json["status"] == "not_alive"
        assert answer.took < 0.5
    until(lambda: host.live().status == 200)
    host.until_ready()


def test_the_manager_is_told_of_every_turn(managed, manager):
    host = managed()
    assert any(word.startswith("STATUS=") for word in said(manager, "READY=1"))
    host.reload()
    assert any(word.startswith("MONOTONIC_USEC=") for word in said(manager, "RELOADING=1"))
    said(manager, "READY=1")
    host.process.terminate()
    said(manager, "STOPPING=1")


@pytest.mark.parametrize("name", ["scheduler", "http-front"])
def test_the_watchdog_is_fed_only_while_all_goes_round(managed, manager, name):
    host = managed(WATCHDOG_USEC="600000")
    assert heard(manager, 1).count("WATCHDOG=1") >= 3
    with stopped(thread_of(host, name)):
        time.sleep(5.5)
        heard(manager, 0.1)
        assert "WATCHDOG=1" not in heard(manager, 1)
    said(manager, "WATCHDOG=1")


def test_a_watchdog_of_somebody_else_is_not_fed(managed, manager):
    managed(WATCHDOG_USEC="300000", WATCHDOG_PID="1")
    assert "WATCHDOG=1" not in heard(manager, 1)


@pytest.mark.parametrize("address", ["", "relative", "/" + "x" * 200, "/nowhere/at/all", "@"])
def test_an_address_that_is_none_stops_nobody(configured, script, address):
    host = configured({"checks": {"a": script.check("a")}}, env={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "nonsense"}).start()
    host.until_ready()
