"""Measures how large probehost is, and what it costs at rest, with all five checkers connected and with a model alone; and its workers.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/size/measure.py BUILD [--seconds 60] [--runs 3]

BUILD is a Release build. As root; needs the packages of packaging/packages-peers and nginx-light. Each run starts the host anew and rests for so many
seconds; each figure is the median of the runs. The services are PostgreSQL, Redis, nginx in Azure OpenAI's place and the stand-in of Service Bus.
Ends with 1 when a target is missed."""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

from side_by_side import contestants, measure
from side_by_side.services import free_port, services
from size.clock import cpu_seconds

from peers.process import family, wakes
from peers.servicebus_peer import ServiceBusPeer

SETTLED = 5  # seconds after a start
FIVE, MODEL = "five checkers", "a model alone"
MOST_MB = {FIVE: {"rss": 20, "pss": 12}, MODEL: {"rss": 8}}
MOST_MS = {"live_ms": 30, "ready_ms": 100}
MOST_REST = 0.1  # per cent of a core


def five(everything, servicebus):
    database = everything.database
    string = f"Endpoint=sb://127.0.0.1:{servicebus.port};UseDevelopmentEmulator=true"
    return {"database": {"checker": "postgres", "with": {"host": "127.0.0.1", "port": database.port, "user": database.user,
                                                         "password": database.password, "dbname": database.database}},
            "redis": {"checker": "redis", "with": {"host": "127.0.0.1", "port": everything.redis.port}},
            "openai": {"checker": "azure-openai", "with": {"endpoint": f"http://127.0.0.1:{everything.openai_port}", "api_key": "benchmark"}},
            "jobs": {"checker": "servicebus", "with": {"connection_string": string, "queue": "full"}},
            "model": model(everything)}


def model(everything):
    return {"checker": "model", "with": {"source": "file", "path": str(everything.model)}}


@contextlib.contextmanager
def host(build, checks):
    """Its process, its port, and when it was started."""
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
                  "plugins": {"path": [str(build / "plugins")]}, "checks": checks}
        file = pathlib.Path(directory, "probehost.yaml")
        file.write_text(json.dumps(config), encoding="utf-8")
        began = time.monotonic()
        with contestants.started([build / "bin/probehost", "serve", "--config", file], {}) as process:
            yield process, port, began


def wakes_of_all(pid):
    return sum(wakes(pid).values())


def measured(build, checks, seconds):
    """All figures of one run."""
    with host(build, checks) as (process, port, began):
        live_ms = measure.until_ok(port, "/health", began)
        ready_ms = measure.until_ok(port, "/health/ready", began)
        start = measure.memory_mb(process.pid)
        time.sleep(SETTLED)
        before, woken, rested = cpu_seconds(process.pid), wakes_of_all(process.pid), time.monotonic()
        time.sleep(seconds)
        passed = time.monotonic() - rested
        rest, woken = (cpu_seconds(process.pid) - before) / passed * 100, (wakes_of_all(process.pid) - woken) / passed
        settled = measure.memory_mb(process.pid)
        return {"live_ms": live_ms, "ready_ms": ready_ms, "start_rss": start["rss"], "start_pss": start["pss"], "start_heap": start["anonymous"],
                "rss": settled["rss"], "pss": settled["pss"], "heap": settled["anonymous"], "rest": rest, "wakes": woken, "peak": measure.peak_mb(process.pid)}


def in_workers(build, checks):
    """Memory of the host and of each worker, at the start and when it has settled: what is resident, and what of it is nobody else's."""
    with host(build, {name: {**check, "isolation": "process"} for name, check in checks.items()}) as (process, port, began):
        measure.until_ok(port, "/health/ready", began)
        for when in ("at the start", f"after {SETTLED} s"):
            for pid in sorted(family(process.pid)):
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
                memory = measure.memory_of([pid], ["Rss", "Private_Clean", "Private_Dirty"])
                print(f"{when}: {'host' if pid == process.pid else 'worker of ' + pathlib.Path(words[1]).name}: {memory['rss']:.1f} MB resident, "
                      f"{memory['private_clean'] + memory['private_dirty']:.1f} MB of its own", flush=True)
            time.sleep(SETTLED)


def tell(name, build, checks, arguments):
    """Prints the figures, and gives the targets that were missed, in words."""
    runs = [measured(build, checks, arguments.seconds) for _ in range(arguments.runs)]
    median = {figure: statistics.median(run[figure] for run in runs) for figure in runs[0]}
    print(f"{name:13} /health after {median['live_ms']:.0f} ms, /health/ready after {median['ready_ms']:.0f} ms; resident (proportional) "
          f"{median['start_rss']:.1f} MB ({median['start_pss']:.1f} MB) at the start, of which {median['start_heap']:.1f} MB are no file's, {median['rss']:.1f} MB ({median['pss']:.1f} MB) "
          f"after {SETTLED + arguments.seconds} s, of which {median['heap']:.1f} MB, {median['peak']:.1f} MB at any moment; at rest {median['rest']:.3f} % of a core "
          f"({min(run['rest'] for run in runs):.3f} to {max(run['rest'] for run in runs):.3f}), {median['wakes']:.1f} wakes a second; medians of {arguments.runs} runs", flush=True)
    return list(missed(name, median))


def missed(name, figures):
    bounds = {**MOST_MS, "rest": MOST_REST, **MOST_MB[name], **{f"start_{kind}": most for kind, most in MOST_MB[name].items()}}
    for figure, most in bounds.items():
        if figures[figure] > most:
            yield f"{name}: {figure} {figures[figure]:.3g}, at most {most}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        with services(directory, free_port) as everything, ServiceBusPeer(queues={"full": 1}) as servicebus:
            targets = tell(FIVE, arguments.build, five(everything, servicebus), arguments)
            targets += tell(MODEL, arguments.build, {"model": model(everything)}, arguments)
            in_workers(arguments.build, {name: check for name, check in five(everything, servicebus).items() if name in ("database", "redis")})
    for target in targets:
        print("MISSED:", target)
    sys.exit(1 if targets else 0)


if __name__ == "__main__":
    main()
