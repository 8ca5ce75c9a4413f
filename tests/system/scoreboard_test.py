"""What a crowd of slow clients costs: memory for each, and a processor when descriptors run out."""
import contextlib
import os
import resource
import socket
import time

import pytest

from .host import ask, until

pytestmark = pytest.mark.slow

UNFINISHED = b"GET /health HTTP/1.1\r\nX-Filler: " + b"x" * 992
KEPT = b"GET /health HTTP/1.1\r\nHost: probe\r\n\r\n"
CROWD = 2000
PROBES = 500


@pytest.fixture
def patient(serving, script):
    """A host that leaves slow clients their time."""
    host = serving({"server": {"limits": {"header_time": "1m", "keep_alive": "1m"}},
                    "checks": script.checks("a", interval="1s", max_age="1m")})
    host.until_ready()
    return host


def processor_time(host):
    """Seconds, of all threads, in and out of the kernel."""
    with open(f"/proc/{host.process.pid}/stat", encoding="ascii") as stat:
        return sum(map(int, stat.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def connected(host, text):
    client = socket.create_connection(host.address, timeout=5)
    client.sendall(text)
    return client


def memory_with_a_crowd(host, size):
    """Of the host while so many clients have begun a request; they are gone afterwards, and it knows."""
    before = host.descriptors_at_rest()
    with contextlib.ExitStack() as crowd:
        for _ in range(size):
            crowd.enter_context(connected(host, UNFINISHED))
        until(lambda: host.descriptors >= before + size, what="all accepted")
        assert host.live().status == 200
        with_crowd = host.resident
        assert host.descriptors >= before + size  # still
    until(lambda: host.descriptors <= before + 1, what="all closed")
    return with_crowd


def test_an_unfinished_head_costs_little_and_a_second_crowd_nothing_more(patient, many_descriptors):
    crowd = min(CROWD, many_descriptors - 200)
    before = patient.resident
    first = memory_with_a_crowd(patient, crowd)
    after = patient.resident
    second = memory_with_a_crowd(patient, crowd)
    print(f"{crowd} clients: {(first - before) / crowd / 1024:.2f} KiB each; "
          f"{before >> 10} KiB before, {first >> 10} with them, {after >> 10} after, {second >> 10} with as many again")
    assert first - before <= crowd * 16 * 1024
    assert second <= first + (1 << 20)


class SlowClients:
    """Each has begun a request; one that was closed comes again when its turn comes."""

    def __init__(self, host, size):
        self.host = host
        self.clients = [connected(host, b"G") for _ in range(size)]
        self.turn = self.returned = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.close()

    def drip(self):
        """The next one says a byte more."""
        client = self.clients[self.turn]
        if was_closed(client):
            client.close()
            self.clients[self.turn] = connected(self.host, b"G")
            self.returned += 1
        else:
            client.send(b"E")
        self.turn = (self.turn + 1) % len(self.clients)


def was_closed(client):
    client.setblocking(False)
    try:
        return client.recv(4096) is not None
    except BlockingIOError:
        return False
    except OSError:
        return True


def cost_of_probes(host, before_each=lambda: None):
    """Processor seconds of the host meanwhile, and seconds that passed. Every probe is answered within a second."""
    processor, start = processor_time(host), time.monotonic()
    for number in range(PROBES):
        before_each()
        assert ask(host.address, "/health", timeout=1).status == 200
        time.sleep(max(0, start + number * 0.005 - time.monotonic()))  # a loop that spins gets its time to show
    return processor_time(host) - processor, time.monotonic() - start


def holds(host, size):
    """So many clients at once, each answered and none of them sent away."""
    with contextlib.ExitStack() as everything:
        clients = [everything.enter_context(connected(host, KEPT)) for _ in range(size)]
        answered = all(client.recv(4096).startswith(b"HTTP/1.1 200 ") for client in clients)
        return answered and not any(map(was_closed, clients))


def test_descriptors_cut_below_what_slow_clients_hold_fail_no_probe_and_cost_no_processor(patient):
    usual, _ = cost_of_probes(patient)
    limits = resource.prlimit(patient.process.pid, resource.RLIMIT_NOFILE)
    alone = patient.descriptors_at_rest()
    with SlowClients(patient, 300) as slow:
        until(lambda: patient.descriptors >= alone + 300, what="all accepted")
        resource.prlimit(patient.process.pid, resource.RLIMIT_NOFILE, (200, limits[1]))
        cost, took = cost_of_probes(patient, slow.drip)
        assert patient.descriptors <= 200
        assert slow.returned > 100
    resource.prlimit(patient.process.pid, resource.RLIMIT_NOFILE, limits)
    start = time.monotonic()
    until(lambda: patient.descriptors <= alone + 1, what="all closed")
    assert holds(patient, 300)
    recovered = time.monotonic() - start
    print(f"{PROBES} probes: {usual:.2f} s of processor alone, {cost:.2f} s in {took:.1f} s beside {slow.returned} returning clients; "
          f"recovered in {recovered * 1000:.0f} ms")
    assert cost < usual + 0.2 * took
    assert recovered < 1
