"""Compares probehost with what people would use instead, one after the other on this machine, in the same run.

    benchmarks/compare BUILD [--runs 3] [--seconds 5] [--threads 2] [--only NAME;…] [--to DIRECTORY]

BUILD is a Release build. As root; needs the packages of packaging/packages-benchmarks, and npm's registry once. Writes a table and plots
to benchmarks/results/ or DIRECTORY. Each figure is the median of the runs. wrk has a thread for each processor: with one of them alone it
is wrk that is full, and not who answers."""
import argparse
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from . import contestants, measure, plots, table
from .machine import NODE_PACKAGES, RESULTS, machine
from .services import free_port, services

HERE = pathlib.Path(__file__).parent
CACHE = HERE.parent.parent / "build/side_by_side"


def built_go():
    """Debian's Go libraries lie where GOPATH finds them."""
    CACHE.mkdir(parents=True, exist_ok=True)
    subprocess.run(["go", "build", "-o", CACHE / "router", HERE / "router.go"], check=True,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "CGO_ENABLED": "0"})
    return CACHE / "router"


def node_modules():
    if not (CACHE / "node_modules").is_dir():
        subprocess.run(["npm", "install", "--silent", "--prefix", CACHE, *NODE_PACKAGES], check=True)
    return CACHE / "node_modules"


def all_contestants(build):
    yield contestants.probehost(build)
    yield contestants.fixed()
    yield contestants.fixed(deferred=True)
    yield contestants.fastapi()
    yield contestants.fastapi(workers=os.cpu_count())
    yield contestants.go(built_go())
    yield contestants.terminus(node_modules())
    yield contestants.blackbox()


def measured(contestant, everything, seconds, threads):
    """All figures of one run."""
    port, figures = free_port(), {}
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        began = time.monotonic()
        with contestant.running(everything, directory, port) as process:
            figures["start_ms"] = measure.until_ok(port, contestant.live, began)
            figures["start_ready_ms"] = measure.until_ok(port, contestant.ready, began)
            time.sleep(3)
            figures["idle"] = measure.memory_mb(process.pid)
            for name, path in (("live", contestant.live), ("ready", contestant.ready)):
                for kind, keep_alive in (("kept", True), ("new", False)):
                    load = measure.load(process.pid, url + path, seconds, keep_alive=keep_alive, threads=threads)
                    figures[f"{name}_{kind}"] = dataclasses.asdict(load)
            figures["loaded"] = measure.memory_under_load(process.pid, url + contestant.ready)
            figures["hang"] = while_one_hangs(contestant, everything, port)
    return figures


def while_one_hangs(contestant, everything, port):
    everything.redis.pause()
    try:
        time.sleep(1)
        return {"live": measure.steady(port, contestant.live), "ready": measure.steady(port, contestant.ready)}
    finally:
        everything.redis.resume()


def told(wanted):
    for contestant in wanted:
        print(contestant.name, "…", flush=True)
        yield contestant


def median(runs):
    """Of figures that have the same shape; of failures the most, which no median may hide."""
    first = runs[0]
    if isinstance(first, dict):
        return {key: max(run[key] for run in runs) if key in ("errors", "unanswered") else median([run[key] for run in runs]) for key in first}
    present = [run for run in runs if run is not None]
    return statistics.median(present) if present else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of wrk; by default one for each processor")
    parser.add_argument("--to", type=lambda text: pathlib.Path(text).resolve(), default=RESULTS, metavar="DIRECTORY")
    parser.add_argument("--only", default="", help="names as in the table, with semicolons between them")
    arguments = parser.parse_args()
    missing = [program for program in ("wrk", "go", "node", "npm", "/usr/sbin/nginx", "prometheus-blackbox-exporter") if not shutil.which(program)]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}; packaging/packages-install.sh benchmarks installs all but node and npm, "
                 "which `apt-get install nodejs npm` does where there is no other Node")
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        with services(directory, free_port) as everything:
            wanted = [each for each in all_contestants(arguments.build) if not arguments.only or each.name in arguments.only.split(";")]
            runs = [[measured(each, everything, arguments.seconds, arguments.threads) for each in told(wanted)] for _ in range(arguments.runs)]
            results = {each.name: {"setting": each.setting, **median(figures), "each": figures} for each, figures in zip(wanted, zip(*runs))}
    arguments.to.mkdir(parents=True, exist_ok=True)
    whole = {"machine": machine(), "runs": arguments.runs, "seconds": arguments.seconds, "threads": arguments.threads, "contestants": results}
    (arguments.to / "side_by_side.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    (arguments.to / "README.md").write_text(table.render(whole), encoding="utf-8")
    plots.draw(whole, arguments.to)
    print((arguments.to / "README.md").read_text(encoding="utf-8"))
