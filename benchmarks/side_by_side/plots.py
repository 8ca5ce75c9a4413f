"""The same figures as bars."""
import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

from .table import LOADS  # noqa: E402


def bars(axes, names, values, label):
    axes.barh(names[::-1], values[::-1], color=["#2f6f9f" if name == "probehost" else "#b5bec6" for name in names[::-1]])
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)


def caption(whole):
    return f"{whole['machine']['processors']}; medians of {whole['runs']} runs"


def draw(whole, directory):
    matplotlib.rcParams["svg.hashsalt"] = "probehost"  # the same figures give the same file
    results = whole["contestants"]
    names = list(results)
    for key, title in LOADS.items():
        figure, (rate, cpu) = pyplot.subplots(1, 2, figsize=(10, 0.45 * len(names) + 1.4), layout="constrained")
        bars(rate, names, [results[name][key]["rate"] for name in names], "requests/s")
        bars(cpu, names, [results[name][key]["cpu"] for name in names], "CPU seconds per 100,000 answers")
        figure.suptitle(f"{title.replace('`', '')}\n{caption(whole)}", fontsize=9)
        figure.savefig(directory / f"{key}.svg", metadata={"Date": None})
        pyplot.close(figure)
    figure, axes = pyplot.subplots(figsize=(6, 0.45 * len(names) + 1.4), layout="constrained")
    bars(axes, names, [results[name]["idle"]["rss"] for name in names], "resident memory, idle, MB")
    figure.suptitle(caption(whole), fontsize=9)
    figure.savefig(directory / "memory.svg", metadata={"Date": None})
