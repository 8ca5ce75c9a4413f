"""Measures how much longer than its slowest check a readiness probe takes that has all five checkers run afresh.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/readiness/measure.py BUILD [PROBES]

BUILD is a Release build. As root; needs the packages of packaging/packages-peers. Asks PROBES times (500) over one kept connection; the slowest
check is the longest latency_ms in the body, which is rounded to 0.1 ms."""
import json
import os
import pathlib
import socket
import statistics
import sys
import tempfile
import time

from side_by_side import contestants, measure
from side_by_side.services import free_port, services
from size.measure import five

from peers.servicebus_peer import ServiceBusPeer


def ask(client):
    """Milliseconds of the probe, and of its slowest check."""
    began = time.perf_counter()
    client.sendall(b"GET /health/ready HTTP/1.1\r\nHost: probe\r\n\r\n")
    body = client.recv(65536).partition(b"\r\n\r\n")[2]
    took = (time.perf_counter() - began) * 1000
    return took, max(check.get("latency_ms", 0) for check in json.loads(body)["checks"].values())


def measured(build, checks, probes):
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
                  "plugins": {"path": [str(build / "plugins")]}, "checks": checks}
        file = pathlib.Path(directory, "probehost.yaml")
        file.write_text(json.dumps(config), encoding="utf-8")
        with contestants.started([build / "bin/probehost", "serve", "--config", file], {}):
            measure.until_ok(port, "/health/ready", time.monotonic())
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                return [ask(client) for _ in range(probes)]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    probes = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        with services(directory, free_port) as everything, ServiceBusPeer(queues={"full": 1}) as servicebus:
            checks = {name: {**check, "max_age": "0s"} for name, check in five(everything, servicebus).items()}
            took = measured(pathlib.Path(sys.argv[1]).resolve(), checks, probes)
    more = sorted(probe - slowest for probe, slowest in took)
    print(f"{probes} probes: median {statistics.median(probe for probe, _ in took):.2f} ms, of which the slowest check {statistics.median(slowest for _, slowest in took):.2f} ms; "
          f"beyond it median {statistics.median(more):.2f} ms, p99 {more[int(probes * 0.99)]:.2f} ms")


if __name__ == "__main__":
    main()
