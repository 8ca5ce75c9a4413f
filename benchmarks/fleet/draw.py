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
SCENARIOS = {"steady": "Steady state", "at-once": "Roll-out, all at once", "waves": "Roll-out, a quarter every 30 s",
             "outage": "PostgreSQL is silent from 100 s to 160 s"}
# interval, probes' period and max_age in ms, when probes begin, and over how many ms all (or a quarter) start
HABITS = {"max_age 12 s: probes take what is there": (10000, 15000, 12000, "step", 1000), "max_age 1 s, starts within a minute": (10000, 15000, 1000, "step", 60000),
          "max_age 1 s, probed at any moment": (10000, 15000, 1000, "chance", 1000), "max_age 1 s, starts within a second": (10000, 15000, 1000, "step", 1000)}
RATES = {"I = 10, P = 15, A = 12": (10000, 15000, 12000), "I = 30, P = 10, A = 1": (30000, 10000, 1000), "I = 10, P = 15, A = 1": (10000, 15000, 1000),
         "I = 4, P = 10, A = 1": (4000, 10000, 1000)}
SIZES = [1, 10, 100, 1000, 10000, 100000]
SETTLE = 60  # seconds after a start, for runs that began together to be apart


def arrivals(program, scenario, replicas, habits):
    """Of each second: at PostgreSQL, Redis and OpenAI."""
    interval, period, *others = habits
    command = [program, scenario, replicas, interval, period, 300, *others]
    said = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    return [[int(number) for number in line.split()[1:]] for line in said.splitlines()[1:]]


def figures(scenario, spread, seconds):
    """Peaks and means, of PostgreSQL, from the moment that nobody starts any more."""
    settled = seconds[{"at-once": SETTLE + spread // 1000, "waves": 90 + SETTLE + spread // 1000}.get(scenario, 0):]
    mean = statistics.mean(second[0] for second in settled)
    peak = max(second[0] for second in settled)
    return {"mean": round(mean, 2), "peak": peak, "ratio": round(peak / mean, 3), "peak_of_all": max(second[0] for second in seconds)}


def draw_time(series):
    figure, rows = pyplot.subplots(len(SCENARIOS), len(series), figsize=(4 * len(series), 2.2 * len(SCENARIOS)), layout="constrained", sharex=True, squeeze=False)
    for column, (habit, by_scenario) in enumerate(series.items()):
        for axes, (scenario, seconds) in zip(rows[:, column], by_scenario.items()):
            for number, (name, colour) in enumerate({"PostgreSQL": "#2f6f9f", "Redis": "#b0413e", "OpenAI": "#7a8b3c"}.items()):
                axes.plot([second[number] for second in seconds], label=name, color=colour, linewidth=0.8)
            axes.set_title(f"{SCENARIOS[scenario]}\n{habit}", fontsize=7)
            axes.set_ylim(bottom=0)
            axes.spines[["top", "right"]].set_visible(False)
    rows[0][0].legend(fontsize=7)
    for axes in rows[:, 0]:
        axes.set_ylabel("runs/s", fontsize=8)
    for axes in rows[-1]:
        axes.set_xlabel("seconds", fontsize=8)
    figure.suptitle("Simulated: 10,000 replicas, interval 10 s, a ready probe each 15 s", fontsize=9)
    figure.savefig(RESULTS / "fleet_time.svg", metadata={"Date": None})


def draw_peaks(table):
    figure, rows = pyplot.subplots(1, len(HABITS), figsize=(3.2 * len(HABITS), 3), layout="constrained", sharey=True)
    for axes, (habit, by_scenario) in zip(rows, table.items()):
        for scenario, title in SCENARIOS.items():
            axes.plot(SIZES, [by_scenario[scenario][str(size)]["ratio"] for size in SIZES], marker="o", markersize=3, linewidth=1, label=title)
        axes.axhline(1.5, color="#888888", linewidth=0.8, linestyle="--")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(habit, fontsize=7)
        axes.set_xlabel("replicas", fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    rows[0].set_ylabel("peak second / mean second", fontsize=8)
    rows[0].legend(fontsize=6)
    figure.suptitle(f"Simulated: PostgreSQL's arrivals, {SETTLE} s after the last start; dashed: 1.5", fontsize=9)
    figure.savefig(RESULTS / "fleet_peak.svg", metadata={"Date": None})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    matplotlib.rcParams["svg.hashsalt"] = "probehost"  # the same figures give the same file
    program = pathlib.Path(sys.argv[1]) / "bin/fleet"
    RESULTS.mkdir(exist_ok=True)
    table = {habit: {scenario: {} for scenario in SCENARIOS} for habit in HABITS}
    series = {habit: {} for habit in HABITS}
    for habit, words in HABITS.items():
        for scenario in SCENARIOS:
            for size in SIZES:
                seconds = arrivals(program, scenario, size, words)
                table[habit][scenario][str(size)] = figures(scenario, words[-1], seconds)
                print(f"{habit:40} {scenario:8} {size:7} {table[habit][scenario][str(size)]}", flush=True)
                if size == 10000:
                    series[habit][scenario] = seconds
    rates = {words: round(statistics.mean(second[0] for second in arrivals(program, "steady", 1000, tail)), 1) for words, tail in RATES.items()}
    (RESULTS / "fleet.json").write_text(json.dumps({"by_habit": table, "steady_rates_of_1000": rates}, indent=1) + "\n", encoding="ascii")
    draw_time(series)
    draw_peaks(table)


if __name__ == "__main__":
    main()
