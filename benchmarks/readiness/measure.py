"""Measures how much longer than its slowest check a readiness probe takes that has all five checkers run afresh.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/readiness/measure.py BUILD [--probes 500] [--runs 3]

BUILD is a Release build. As root; needs the packages of packaging/packages-peers and nginx-light. Each run starts the host anew and asks so many times
over one kept connection; each figure is the median of the runs'. The slowest check is the longest latency_ms in the body, which is rounded to
0.1 ms. Every answer has to be 200, and every check to have run for each. Ends with 1 when the median takes more than 300 us longer."""
import argparse
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

MOST_BEYOND_MS = 0.3


def ask(client):
    """Milliseconds of the probe, and of its slowest check."""
    began = time.perf_counter()
    client.sendall(b"GET /health/ready HTTP/1.1\r\nHost: probe\r\n\r\n")
    head, _, body = client.recv(65536).partition(b"\r\n\r\n")
    took = (time.perf_counter() - began) * 1000
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"not ready: {body.decode()}")
    return took, max(check.get("latency_ms", 0) for check in json.loads(body)["checks"].values())


def runs_so_far(port):
    checks = json.loads(measure.answer(port, "/health/ready?verbose").partition(b"\r\n\r\n")[2])["checks"]
    return {name: check["runs"] for name, check in checks.items()}


def asked(build, checks, probes):
    """What `ask` gives, of each probe; each had every check run."""
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
                  "plugins": {"path": [str(build / "plugins")]}, "checks": checks}
        file = pathlib.Path(directory, "probehost.yaml")
        file.write_text(json.dumps(config), encoding="utf-8")
        with contestants.started([build / "bin/probehost", "serve", "--config", file], {}):
            measure.until_ok(port, "/health/ready", time.monotonic())
            before = runs_so_far(port)
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                took = [ask(client) for _ in range(probes)]
            if any(runs - before[name] < probes for name, runs in runs_so_far(port).items()):
                raise RuntimeError("a probe was answered with a result that was there")
            return took


def measured(build, checks, probes):
    """All figures of one run, in milliseconds."""
    took = asked(build, checks, probes)
    beyond = sorted(probe - slowest for probe, slowest in took)
    return {"probe": statistics.median(probe for probe, _ in took), "slowest": statistics.median(slowest for _, slowest in took),
            "beyond": statistics.median(beyond), "beyond_p99": beyond[int(probes * 0.99)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--probes", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        with services(directory, free_port) as everything, ServiceBusPeer(queues={"full": 1}) as servicebus:
            checks = {name: {**check, "max_age": "0s"} for name, check in five(everything, servicebus).items()}
            runs = [measured(arguments.build, checks, arguments.probes) for _ in range(arguments.runs)]
    median = {figure: statistics.median(run[figure] for run in runs) for figure in runs[0]}
    print(f"{arguments.probes} probes: median {median['probe']:.2f} ms, of which the slowest check {median['slowest']:.2f} ms; "
          f"beyond it median {median['beyond']:.2f} ms, p99 {median['beyond_p99']:.2f} ms; medians of {arguments.runs} runs")
    if median["beyond"] > MOST_BEYOND_MS:
        sys.exit(f"MISSED: beyond it median {median['beyond']:.2f} ms, at most {MOST_BEYOND_MS} ms")


if __name__ == "__main__":
    main()
