"""The same figures as bars."""
import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

from .table import LOADS, threads  # noqa: E402


def bars(axes, names, values, label):
    axes.barh(names[::-1], values[::-1], color=["#2f6f9f" if name == "probehost" else "#b5bec6" for name in names[::-1]])
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)


def caption(whole):
    machine = whole["machine"]
    return f"{machine['versions'].partition(';')[0]}; {machine['processors']}, {machine['system']}; medians of {whole['runs']} runs of {whole['seconds']} s, wrk with {threads(whole)}, 32 connections"


def draw(whole, directory):
    matplotlib.rcParams["svg.hashsalt"] = "probehost"  # the same figures give the same file
    results = whole["contestants"]
    names = list(results)
    for key, title in LOADS.items():
        figure, (rate, late, cpu) = pyplot.subplots(1, 3, figsize=(12, 0.45 * len(names) + 1.4), layout="constrained")
        bars(rate, names, [results[name][key]["rate"] for name in names], "requests/s")
        bars(late, names, [results[name][key]["p99"] for name in names], "p99, ms (logarithmic)")
        late.set_xscale("log")
        bars(cpu, names, [results[name][key]["cpu"] for name in names], "CPU seconds per 100,000 answers")
        figure.suptitle(f"{title.replace('`', '')}\n{caption(whole)}", fontsize=9)
        figure.savefig(directory / f"{key}.svg", metadata={"Date": None})
        pyplot.close(figure)
    others(results, names, caption(whole), directory)


def others(results, names, below, directory):
    """Size, start, and what probes see while a dependency hangs."""
    panels = {"resident memory, idle, MB": [results[name]["idle"]["rss"] for name in names],
              "start to /health, ms (logarithmic)": [results[name]["start_ms"] for name in names],
              "while Redis hangs: /health p99, ms": [results[name]["hang"]["live"]["p99"] or 10000 for name in names],
              "while Redis hangs: /health/ready p99, ms (logarithmic)": [results[name]["hang"]["ready"]["p99"] or 10000 for name in names]}
    figure, rows = pyplot.subplots(2, 2, figsize=(11, 2 * (0.4 * len(names) + 1)), layout="constrained")
    for axes, (label, values) in zip(rows.flat, panels.items()):
        bars(axes, names, values, label)
        if "logarithmic" in label:
            axes.set_xscale("log")
    figure.suptitle(f"{below}; no answer within 10 s counts as 10 s", fontsize=9)
    figure.savefig(directory / "others.svg", metadata={"Date": None})
    pyplot.close(figure)
