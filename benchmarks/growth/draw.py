"""Measures what an answer and a minute of rest cost against the number of checks, of probers at once and of bytes in a body, and draws it.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/growth/draw.py BUILD [--seconds 3] [--runs 3]

BUILD is a Release build. Needs wrk and python3-matplotlib. Takes about twenty minutes, and writes benchmarks/results/growth.json and
growth_*.svg. Each figure is the median of the runs. Of each, its steepest step is told: the exponent between two neighbouring
places, 1 being in proportion."""
import argparse
import contextlib
import itertools
import json
import math
import pathlib
import statistics
import subprocess
import tempfile
import time

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

from side_by_side import contest, contestants, measure  # noqa: E402
from side_by_side.machine import RESULTS, machine  # noqa: E402
from side_by_side.services import free_port  # noqa: E402
from size.clock import cpu_seconds  # noqa: E402

CHECKS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000]
PROBERS = [1, 3, 10, 30, 100, 300, 1000]
BODIES = [1, 2, 5, 10, 20, 50, 100, 200]  # checks in it
REST = 20  # seconds, two intervals, so that each check runs twice
RELOADS = 5
CONNECTIONS = 32  # of wrk, but against probers
LINES = {"checks": {"live_cpu": "`/health`, CPU s per 100,000 answers", "ready_cpu": "`/health/ready`, CPU s per 100,000 answers",
                    "rest": "at rest, % of a core", "rss": "resident, MB", "start_ms": "start until it is ready, ms", "reload_ms": "reload, ms",
                    "live_p99": "`/health`, p99, ms", "ready_p99": "`/health/ready`, p99, ms"},
         "probers": {"kept_cpu": "kept connections, CPU s per 100,000 answers", "new_cpu": "new connections, CPU s per 100,000 answers",
                     "kept_p99": "kept connections, p99, ms", "new_p99": "new connections, p99, ms"},
         "bytes": {"cpu": "`/health/ready`, CPU s per 100,000 answers", "p99": "p99, ms"}}


@contextlib.contextmanager
def probehost(build, checks):
    """With so many checks of a file system, every 10 s; gives its process, port and folder, and when it was started."""
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        one = {"checker": "disk", "interval": "10s", "with": {"path": "/dev/shm"}}
        port = free_port()
        config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
                  "plugins": {"path": [str(build / "plugins")]}, "checks": {f"check-{number}": one for number in range(checks)}}
        (directory / "probehost.yaml").write_text(json.dumps(config, indent=0), encoding="utf-8")
        began = time.monotonic()
        with contestants.started([build / "bin/probehost", "serve", "--config", directory / "probehost.yaml"], {}) as process:
            yield process, port, directory, began


def at_rest(pid):
    """Per cent of a core."""
    before, began = cpu_seconds(pid), time.monotonic()
    time.sleep(REST)
    return (cpu_seconds(pid) - before) / (time.monotonic() - began) * 100


def reload_ms(build, directory):
    """Of several, each after the last one's checks have run: one alone takes a quarter more or less."""
    took = []
    for _ in range(RELOADS):
        began = time.monotonic()
        subprocess.run([build / "bin/probehost", "reload", "--config", directory / "probehost.yaml"], check=True, capture_output=True)
        took.append((time.monotonic() - began) * 1000)
        time.sleep(1)
    return statistics.median(took)


def of_checks(build, number, seconds):
    with probehost(build, number) as (process, port, directory, began):
        url = f"http://127.0.0.1:{port}"
        start = measure.until_ok(port, "/health/ready", began)
        time.sleep(3)
        figures = {"start_ms": start, "rest": at_rest(process.pid), "rss": measure.memory_mb(process.pid)["rss"]}
        for name, path in (("live", "/health"), ("ready", "/health/ready")):
            load = measure.load(process.pid, url + path, seconds, connections=CONNECTIONS)
            figures |= {f"{name}_cpu": load.cpu, f"{name}_p99": load.p99, f"{name}_max": load.worst}
        return {**figures, "reload_ms": reload_ms(build, directory)}


def of_probers(build, number, seconds):
    with probehost(build, 5) as (process, port, _directory, began):
        measure.until_ok(port, "/health/ready", began)
        kept, new = (measure.load(process.pid, f"http://127.0.0.1:{port}/health", seconds, connections=number, keep_alive=keep) for keep in (True, False))
        return {"kept_cpu": kept.cpu, "kept_p99": kept.p99, "new_cpu": new.cpu, "new_p99": new.p99, "errors": kept.errors + new.errors}


def of_bytes(build, number, seconds):
    with probehost(build, number) as (process, port, _directory, began):
        measure.until_ok(port, "/health/ready", began)
        load = measure.load(process.pid, f"http://127.0.0.1:{port}/health/ready", seconds, connections=CONNECTIONS)
        return {"bytes": measure.body_bytes(port, "/health/ready"), "cpu": load.cpu, "p99": load.p99}


def medians(once, build, number, arguments):
    runs = [once(build, number, arguments.seconds) for _ in range(arguments.runs)]
    print(once.__name__, number, contest.median(runs), flush=True)
    return {name: round(statistics.median(run[name] for run in runs), 4) for name in runs[0]}


def steepest(places, values):
    """The largest exponent of two neighbours that lie apart, as a full body and a fuller one do not; and between which places."""
    steps = [{"exponent": round(math.log(later / value) / math.log(beyond / place), 3), "from": place, "to": beyond}
             for (place, value), (beyond, later) in itertools.pairwise(zip(places, values)) if beyond > 1.1 * place and min(value, later) > 0]
    step = max(steps, key=lambda each: each["exponent"])
    return {**step, "note": "faster than in proportion"} if step["exponent"] > 1 else step


def steepest_of_all(places, results):
    return {name: {key: steepest(places[name], [figures[key] for figures in results[name].values()]) for key in keys} for name, keys in LINES.items()}


def tell(steps):
    for name, series in steps.items():
        for key, step in series.items():
            print(f"{name:8} {key:10} exponent {step['exponent']:6.3f} from {step['from']} to {step['to']}{', ' + step['note'] if 'note' in step else ''}")


def captions(whole):
    """What each plot is measured on."""
    machine = whole["machine"]
    where = f"{machine['versions'].partition(';')[0]}; {machine['processors']}; {machine['system']}\nmedians of {whole['runs']} runs of {whole['seconds']} s; wrk with a thread and"
    usual = f"{where} {whole['connections']} connections"
    return {"checks": f"{usual}; rest of {REST} s", "probers": f"{where} a connection a prober", "bytes": usual}


def draw(name, places, figures, label, caption):
    """One panel a figure, both axes logarithmic: what grows in proportion is as steep as the dashed line."""
    panels = LINES[name]
    columns = 2 if len(panels) < 6 else 3
    figure, rows = pyplot.subplots(-(-len(panels) // columns), columns, figsize=(3.6 * columns, 2.6 * -(-len(panels) // columns)), layout="constrained", squeeze=False)
    for axes, (key, title) in zip(rows.flat, panels.items()):
        values = [each[key] for each in figures]
        axes.loglog(places, values, marker="o", markersize=3, linewidth=1, color="#2f6f9f")
        axes.loglog(places, [max(values[-1], 1e-6) * place / places[-1] for place in places], color="#888888", linewidth=0.8, linestyle="--")
        axes.set_ylim(bottom=min(values) / 3 if min(values) > 0 else None)
        axes.set_title(title.replace("`", ""), fontsize=8)
        axes.set_xlabel(label, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(f"{caption}; dashed: in proportion", fontsize=8)
    figure.savefig(RESULTS / f"growth_{name}.svg", metadata={"Date": None})
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    matplotlib.rcParams["svg.hashsalt"] = "probehost"  # the same figures give the same file
    results = {name: {str(number): medians(once, arguments.build, number, arguments) for number in numbers}
               for name, once, numbers in (("checks", of_checks, CHECKS), ("probers", of_probers, PROBERS), ("bytes", of_bytes, BODIES))}
    places = {"checks": CHECKS, "probers": PROBERS, "bytes": [each["bytes"] for each in results["bytes"].values()]}
    steps = steepest_of_all(places, results)
    whole = {"machine": machine(), "runs": arguments.runs, "seconds": arguments.seconds, "connections": CONNECTIONS, **results, "steepest": steps}
    (RESULTS / "growth.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    for name, label in {"checks": "checks", "probers": "probers at once", "bytes": "bytes in the body"}.items():
        draw(name, places[name], list(results[name].values()), label, captions(whole)[name])
    tell(steps)


if __name__ == "__main__":
    main()
