"""Simulates fleets of 1 to 100,000 replicas, and draws what arrives at their dependencies.

    /usr/bin/python3 benchmarks/fleet/draw.py BUILD

BUILD is a Release build. Needs python3-matplotlib. Takes minutes, and writes benchmarks/results/fleet.json, fleet_time.svg and
fleet_peak.svg. Each run of the simulation is the same every time, so the files are, too."""
import json
import pathlib
import statistics
import subprocess
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

RESULTS = pathlib.Path(__file__).parents[1] / "results"
SCENARIOS = {"steady": "Steady state", "at-once": "Roll-out, all within a second", "waves": "Roll-out, a quarter every 30 s",
             "outage": "PostgreSQL is silent from 100 s to 160 s"}
SIZES = [1, 10, 100, 1000, 10000, 100000]
SPREAD = 60  # seconds after a start, for runs that began together to be apart


def arrivals(program, scenario, replicas):
    """Of each second: at PostgreSQL, Redis and OpenAI."""
    said = subprocess.run([program, scenario, str(replicas)], check=True, capture_output=True, text=True).stdout
    return [[int(number) for number in line.split()[1:]] for line in said.splitlines()[1:]]


def figures(scenario, seconds):
    """Peaks and means, of PostgreSQL while it answers, from the moment that nobody starts any more."""
    settled = seconds[{"at-once": SPREAD, "waves": 90 + SPREAD}.get(scenario, 0):]
    mean = statistics.mean(second[0] for second in settled)
    peak = max(second[0] for second in settled)
    return {"mean": round(mean, 2), "peak": peak, "ratio": round(peak / mean, 3), "peak_of_all": max(second[0] for second in seconds)}


def draw_time(series):
    figure, rows = pyplot.subplots(len(series), 1, figsize=(9, 2.2 * len(series)), layout="constrained", sharex=True)
    for axes, (scenario, seconds) in zip(rows, series.items()):
        for number, (name, colour) in enumerate({"PostgreSQL": "#2f6f9f", "Redis": "#b0413e", "OpenAI": "#7a8b3c"}.items()):
            axes.plot([second[number] for second in seconds], label=name, color=colour, linewidth=1)
        axes.set_title(SCENARIOS[scenario], fontsize=9)
        axes.set_ylabel("runs/s")
        axes.spines[["top", "right"]].set_visible(False)
    rows[0].legend(fontsize=8)
    rows[-1].set_xlabel("seconds")
    figure.suptitle("Simulated: 10,000 replicas, interval 10 s, a ready probe each 15 s", fontsize=9)
    figure.savefig(RESULTS / "fleet_time.svg", metadata={"Date": None})


def draw_peaks(table):
    figure, axes = pyplot.subplots(figsize=(6, 3), layout="constrained")
    for scenario, title in SCENARIOS.items():
        axes.plot(SIZES, [table[scenario][str(size)]["ratio"] for size in SIZES], marker="o", markersize=3, linewidth=1, label=title)
    axes.axhline(1.5, color="#888888", linewidth=0.8, linestyle="--")
    axes.set_xscale("log")
    axes.set_ylim(bottom=1)
    axes.set_xlabel("replicas")
    axes.set_ylabel("peak second / mean second")
    axes.legend(fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(f"Simulated: PostgreSQL's arrivals, {SPREAD} s after the last start", fontsize=9)
    figure.savefig(RESULTS / "fleet_peak.svg", metadata={"Date": None})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    matplotlib.rcParams["svg.hashsalt"] = "probehost"  # the same figures give the same file
    program = pathlib.Path(sys.argv[1]) / "bin/fleet"
    RESULTS.mkdir(exist_ok=True)
    table, series = {scenario: {} for scenario in SCENARIOS}, {}
    for scenario in SCENARIOS:
        for size in SIZES:
            seconds = arrivals(program, scenario, size)
            table[scenario][str(size)] = figures(scenario, seconds)
            print(f"{scenario:8} {size:7} {table[scenario][str(size)]}", flush=True)
            if size == 10000:
                series[scenario] = seconds
    (RESULTS / "fleet.json").write_text(json.dumps(table, indent=1) + "\n", encoding="ascii")
    draw_time(series)
    draw_peaks(table)


if __name__ == "__main__":
    main()
