"""Figures as Markdown, each with its ratio to probehost's."""
from .targets import targets

LOADS = {"live_kept": "`/health`, kept connections", "live_new": "`/health`, a connection per request",
         "ready_kept": "`/health/ready`, kept connections", "ready_new": "`/health/ready`, a connection per request"}


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def with_ratio(value, ours):
    if value is None or not ours:
        return number(value)
    return f"{number(value)} ({number(value / ours)})"


def threads(whole):
    return f"{whole['threads']} thread{'s' if whole['threads'] > 1 else ''}"


def rows(header, lines):
    return ["| " + " | ".join(header) + " |", "|" + "---|" * len(header), *("| " + " | ".join(line) + " |" for line in lines), ""]


def load_table(results, key):
    ours = results.get("probehost", {}).get(key, {})
    lines = [[name, *(with_ratio(result[key][what], ours.get(what)) for what in ("rate", "p50", "p99", "p999", "cpu")), number(result[key]["errors"])]
             for name, result in results.items()]
    for line, result in zip(lines, results.values()):
        line.insert(2, " to ".join(number(most(each[key]["rate"] for each in result["each"])) for most in (min, max)))
    return rows(["", "requests/s", "of the runs", "p50 ms", "p99 ms", "p99.9 ms", "CPU s per 100,000", "errors"], lines)


def size_table(results):
    ours = results.get("probehost", {})
    lines = [[name, *(with_ratio(result[when][what], ours.get(when, {}).get(what)) for when in ("idle", "loaded") for what in ("rss", "pss")),
              *(with_ratio(result[what], ours.get(what)) for what in ("start_ms", "start_ready_ms"))] for name, result in results.items()]
    return rows(["", "RSS idle MB", "PSS idle MB", "RSS under load MB", "PSS under load MB", "start to `/health` ms", "to `/health/ready` ms"], lines)


def hang_table(results, path):
    ours = results.get("probehost", {}).get("hang", {}).get(path, {})
    lines = [[name, *(with_ratio(result["hang"][path][what], ours.get(what)) for what in ("p50", "p99", "p999", "max")),
              *(number(result["hang"][path][what]) for what in ("healthy", "unhealthy", "unanswered"))] for name, result in results.items()]
    return rows(["", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "200", "503", "none within 10 s"], lines)


def target_table(results):
    lines = [[what, number(figure), number(bound), "yes" if kept else f"no, by {abs(figure / bound - 1):.1%}"] for what, figure, bound, kept in targets(results)]
    return rows(["to reach", "probehost", "bound", "reached"], lines)


def render(whole):
    results, machine = whole["contestants"], whole["machine"]
    text = ["# Side by side", "", f"By `benchmarks/compare`: medians of {whole['runs']} runs of {whole['seconds']} s each; wrk with {threads(whole)} and 32 connections, on the same machine. "
            "In brackets: how many times probehost's.", "", f"{machine['processors']}, {machine['memory']}; {machine['system']}; {machine['versions']}.", ""]
    text += rows(["", "as it runs"], [[name, result["setting"]] for name, result in results.items()])
    if "probehost" in results:
        text += ["## What was to be reached", "", *target_table(results)]
    for key, title in LOADS.items():
        text += [f"## {title}", "", *load_table(results, key)]
    text += ["## Size and start", "", *size_table(results)]
    text += ["## While Redis hangs", "", "From a second after it stopped answering: 200 probes a second, 1,000 of each, a connection each. nginx and blackbox_exporter do not look at Redis.", ""]
    for path, title in (("live", "`/health`"), ("ready", "`/health/ready`")):
        text += [f"### {title}", "", *hang_table(results, path)]
    return "\n".join(text)
