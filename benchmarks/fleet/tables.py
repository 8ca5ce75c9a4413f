"""The figures of fleet.json as benchmarks/results/fleet.md."""
from simulate import DEPENDENCIES, SCENARIOS, SECONDS, SIZES, cases, windows

HEAD = f"""# A fleet, simulated

By `benchmarks/fleet/draw.py`: the host's own schedule by a virtual clock, {SECONDS} s of each; what they mean is in `benchmarks/fleet/README.md`. PostgreSQL and Redis: interval 10 s,
max_age A. OpenAI: interval 30 s, max_age 36 s where A = 12, otherwise 30 s, and 6,000 requests a minute. A ready probe each 15 s.
"""


def table(title, columns, lines):
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"\n## {title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n{body}\n"


def by_case(rows):
    found = {(row["habit"], row["scenario"], row["replicas"]): row for row in rows}
    return {case: [found[*case, size] for size in SIZES] for case in cases()}


def ratios(rows, name):
    lines = [[habit, SCENARIOS[scenario], window, *(f"{row[name][window]['ratio']:.2f}" for row in sizes)]
             for (habit, scenario), sizes in by_case(rows).items() for window in windows(habit, scenario)]
    return table(f"{name}: worst second / mean second", ["habit", "scenario", "window", *(f"{size:,}" for size in SIZES)], lines)


def refused(rows):
    lines = [[habit, SCENARIOS[scenario], *(f"{row['refused']:,} of {row['requests']:,}" for row in (size["OpenAI's limit"] for size in sizes))]
             for (habit, scenario), sizes in by_case(rows).items()]
    return table("OpenAI: requests that the rate limit refuses", ["habit", "scenario", *(f"{size:,}" for size in SIZES)], lines)


def write(rows, path):
    path.write_text(HEAD + "".join(ratios(rows, name) for name in DEPENDENCIES) + refused(rows), encoding="ascii")
