"""Measures a host with thousands of checks that each sleep a millisecond every 10 s: how soon probes are answered, and what it takes.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/crowd_host/measure.py BUILD [--checks 10000] [--seconds 30] [--max-age 12]

BUILD is a Release build. The checks run on the host's threads. The first four intervals after a start are shorter, so measuring begins after
them; then `/health` and `/health/ready` are asked 200 times a second each, a connection each, and the runs of that time are counted from
`?verbose` before and after. Ends with 1 when a target is missed."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import tempfile
import time

from side_by_side import contestants, measure
from side_by_side.services import free_port
from size.clock import cpu_seconds

PATHS = ["/health", "/health/ready"]
RATE = 200  # of each path, a second
INTERVAL = 10  # seconds
LONGEST = 1.1 * INTERVAL  # which chance makes of it
SHORTENED = 4  # intervals after a start
MOST_MB, MOST_MS, THREADS_BESIDE_CORES, INEXACT = 200, 10, 64, 0.05


def configuration(build, checks, max_age, port, directory):
    one = {"checker": "sleeper", "isolation": "thread", "interval": f"{INTERVAL}s", "max_age": f"{max_age}s"}
    return {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
            "plugins": {"path": [str(build / "benchmarks/crowd_host")]}, "checks": {f"check-{number}": one for number in range(checks)}}


def runs_so_far(port):
    """Of every check, and when it was asked."""
    asked = time.monotonic()
    checks = json.loads(measure.answer(port, "/health/ready?verbose").partition(b"\r\n\r\n")[2])["checks"]
    return [check["runs"] for check in checks.values()], asked


def asked_steadily(port, seconds, pid):
    """Latencies of each path, and the most threads that there were meanwhile. Each path is asked by a process of its own."""
    with concurrent.futures.ProcessPoolExecutor(len(PATHS)) as pool:
        asking = [pool.submit(measure.steady, port, path, RATE, RATE * seconds) for path in PATHS]
        threads = 0
        while not all(each.done() for each in asking):
            threads = max(threads, len(os.listdir(f"/proc/{pid}/task")))
            time.sleep(0.1)
        return {path: each.result() for path, each in zip(PATHS, asking)}, threads


def watched(process, port, seconds):
    """All figures of a host that has passed its shortened intervals."""
    before, first = runs_so_far(port)
    cpu, began = cpu_seconds(process.pid), time.monotonic()
    latencies, threads = asked_steadily(port, seconds, process.pid)
    share = (cpu_seconds(process.pid) - cpu) / (time.monotonic() - began) * 100
    resident = measure.memory_mb(process.pid)["rss"]
    after, last = runs_so_far(port)
    return {"latencies": latencies, "threads": threads, "share": share, "resident": resident, "peak": round(measure.peak_mb(process.pid), 1), "seconds": last - first,
            "made": sum(after) - sum(before), "asked_for": len(after) * (last - first) / INTERVAL,
            "fewest": min(now - then for now, then in zip(after, before)), "fewest_asked_for": int((last - first) / LONGEST)}


def measured(build, checks, max_age, seconds):
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, "probehost.yaml")
        file.write_text(json.dumps(configuration(build, checks, max_age, port, directory), indent=0), encoding="utf-8")
        began = time.monotonic()
        with contestants.started([build / "bin/probehost", "serve", "--config", file], {}) as process:
            measure.until_ok(port, "/health/ready", began)
            time.sleep(SHORTENED * INTERVAL + 1)
            return watched(process, port, seconds)


def describe(checks, figures):
    print(f"{checks} checks, {figures['seconds']:.0f} s, {RATE} probes a second of each path")
    for path, took in figures["latencies"].items():
        print(f"{path:14} p50 {took['p50']} ms, p99 {took['p99']} ms, p99.9 {took['p999']} ms, at most {took['max']} ms, unanswered {took['unanswered']}")
    print(f"resident {figures['resident']} MB, {figures['peak']} MB at most since the start; {figures['threads']} threads; {figures['share']:.1f} % of a core")
    print(f"{figures['made']} runs, {figures['asked_for']:.0f} asked for ({figures['made'] / figures['asked_for'] - 1:+.1%}); "
          f"of each check at least {figures['fewest']}, {figures['fewest_asked_for']} asked for", flush=True)


def missed(figures):
    """The targets that were not reached, in words."""
    most_threads = THREADS_BESIDE_CORES + os.cpu_count()
    reached = {f"at most {MOST_MB} MB, from the start on": figures["peak"] <= MOST_MB,
               f"at most {most_threads} threads": figures["threads"] <= most_threads,
               f"the runs that the interval asks for, within {INEXACT:.0%}": abs(figures["made"] / figures["asked_for"] - 1) <= INEXACT,
               "the runs that the interval asks for, of each check": figures["fewest"] >= figures["fewest_asked_for"]}
    for path, took in figures["latencies"].items():
        reached[f"{path} within {MOST_MS} ms, 999 of 1,000"] = took["unanswered"] == 0 and took["p999"] <= MOST_MS
    return [target for target, is_reached in reached.items() if not is_reached]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--checks", type=int, default=10000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--max-age", type=int, default=12, help="seconds; above 11, which chance makes of an interval of 10, probes take what is there")
    arguments = parser.parse_args()
    figures = measured(arguments.build, arguments.checks, arguments.max_age, arguments.seconds)
    describe(arguments.checks, figures)
    for target in missed(figures):
        print("MISSED:", target)
    sys.exit(1 if missed(figures) else 0)


if __name__ == "__main__":
    main()
