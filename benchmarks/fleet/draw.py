"""Simulates fleets of 1 to 100,000 replicas, and draws what arrives at their dependencies.

    /usr/bin/python3 benchmarks/fleet/draw.py BUILD

BUILD is a Release build. Needs python3-matplotlib. Takes minutes, and writes benchmarks/results/fleet.json, fleet.md, fleet_time.svg
and fleet_peak.svg. Each run of the simulation is the same every time, so the files are, too."""
import json
import pathlib
import sys

import matplotlib

import tables
from simulate import DEPENDENCIES, HABITS, SCENARIOS, SETTLE, SIZES, cases, simulate, steady_rates, windows

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

RESULTS = pathlib.Path(__file__).parents[1] / "results"
COLOURS = {"PostgreSQL": "#2f6f9f", "Redis": "#b0413e", "OpenAI": "#7a8b3c", "refused by OpenAI": "#d98c1f"}
HOW = "Simulated, by the host's own schedule: PostgreSQL and Redis each interval of 10 s (max_age A s), OpenAI each 30 s (6,000 requests a minute), a ready probe each 15 s"


def plain(axes):
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=7)


def draw_time(series):
    figure, rows = pyplot.subplots(len(SCENARIOS), len(HABITS), figsize=(4 * len(HABITS), 2.2 * len(SCENARIOS)), layout="constrained", squeeze=False)
    for row, scenario in zip(rows, SCENARIOS):
        for axes, habit in zip(row, HABITS):
            axes.set_visible((habit, scenario) in series)
            for number, (name, colour) in enumerate(COLOURS.items()):
                axes.plot([second[number] for second in series.get((habit, scenario), [])], label=name, color=colour, linewidth=0.8, linestyle="--" if number == 3 else "-")
            axes.set_title(f"{SCENARIOS[scenario]}\n{habit}", fontsize=7)
            axes.set_ylim(bottom=0)
            axes.set_xlabel("seconds", fontsize=7)
            plain(axes)
        row[0].set_ylabel("runs a second", fontsize=8)
    rows[0][0].legend(fontsize=6)
    figure.suptitle(f"10,000 replicas, what arrives in each second. {HOW}", fontsize=9)
    figure.savefig(RESULTS / "fleet_time.svg", metadata={"Date": None})


def line(axes, rows, case, value, **style):
    numbers = {row["replicas"]: value(row) for row in rows if (row["habit"], row["scenario"]) == case}
    axes.plot(SIZES, [numbers[size] for size in SIZES], marker="o", markersize=2.5, linewidth=1, **style)


def draw_ratios(axes, rows, habit, name):
    for number, (scenario, title) in enumerate(SCENARIOS.items()):
        if (habit, scenario) not in cases():
            continue
        *_, last = windows(habit, scenario)
        line(axes, rows, (habit, scenario), lambda row: row[name][last]["ratio"], color=f"C{number}", label=f"{title}: {last}")
        if scenario in ("at-once", "waves"):
            line(axes, rows, (habit, scenario), lambda row: row[name]["whole run"]["ratio"], color=f"C{number}", linestyle=":", label=f"{title}: whole run")
    axes.axhline(1.5, color="#888888", linewidth=0.8, linestyle="--")
    axes.set_yscale("log")
    axes.set_title(f"{name}\n{habit}", fontsize=7)


def draw_refused(axes, rows, habit):
    for number, (scenario, title) in enumerate(SCENARIOS.items()):
        if (habit, scenario) in cases():
            line(axes, rows, (habit, scenario), lambda row: 100 * row["OpenAI's limit"]["share"], color=f"C{number}", label=title)
    axes.set_title(f"Refused by OpenAI's rate limit\n{habit}", fontsize=7)


def draw_peaks(rows):
    figure, grid = pyplot.subplots(len(DEPENDENCIES) + 1, len(HABITS), figsize=(3.4 * len(HABITS), 11), layout="constrained", sharey="row")
    for column, habit in zip(grid.T, HABITS):
        for axes, name in zip(column, DEPENDENCIES):
            draw_ratios(axes, rows, habit, name)
        draw_refused(column[-1], rows, habit)
        column[-1].set_xlabel("replicas", fontsize=8)
        for axes in column:
            axes.set_xscale("log")
            plain(axes)
    for axes in grid[:-1, 0]:
        axes.set_ylabel("worst second / mean second", fontsize=8)
    grid[-1][0].set_ylabel("% of its requests", fontsize=8)
    grid[-1][0].legend(*grid[0][0].get_legend_handles_labels(), fontsize=6)
    figure.suptitle(f"1 to 100,000 replicas; dashed: 1.5; \"from then on\": {SETTLE} s after the last start. {HOW}", fontsize=9)
    figure.savefig(RESULTS / "fleet_peak.svg", metadata={"Date": None})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    matplotlib.rcParams["svg.hashsalt"] = "probehost"  # the same figures give the same file
    program = pathlib.Path(sys.argv[1]) / "bin/fleet"
    RESULTS.mkdir(exist_ok=True)
    rows, series = simulate(program)
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    (RESULTS / "fleet.json").write_text(f'{{\n "steady_rates_of_1000": {json.dumps(steady_rates(program))},\n "runs": [\n{lines}\n ]\n}}\n', encoding="ascii")
    tables.write(rows, RESULTS / "fleet.md")
    draw_time(series)
    draw_peaks(rows)


if __name__ == "__main__":
    main()
