"""What draw.py simulates: habits, scenarios, sizes, and peaks and means of what arrives."""
import concurrent.futures
import os
import pathlib
import statistics
import subprocess

SCENARIOS = {"steady": "Steady state", "at-once": "Roll-out, all at once", "waves": "Roll-out, a quarter every 30 s",
             "outage": "PostgreSQL is silent from 100 s to 160 s"}
DEPENDENCIES = ["PostgreSQL", "Redis", "OpenAI"]
# PostgreSQL's and Redis' interval, the probes' period and max_age in ms, when probes begin, over how many ms all (or a quarter) start, OpenAI's interval and max_age
HABITS = {"A = 12, starts within a second": (10000, 15000, 12000, "step", 1000, 30000, 36000),
          "A = 12, starts within a minute": (10000, 15000, 12000, "step", 60000, 30000, 36000),
          "A = 1, starts within a minute": (10000, 15000, 1000, "step", 60000, 30000, 30000),
          "A = 1, starts within a second, probed at any moment": (10000, 15000, 1000, "chance", 1000, 30000, 30000),
          "A = 1, starts within a second, probed in step": (10000, 15000, 1000, "step", 1000, 30000, 30000)}
ROLL_OUTS_ONLY = "A = 12, starts within a minute"  # what differs from the first habit after that
RATES = {"I = 10, P = 15, A = 12": (10000, 15000, 12000), "I = 30, P = 10, A = 1": (30000, 10000, 1000), "I = 10, P = 15, A = 1": (10000, 15000, 1000),
         "I = 4, P = 10, A = 1": (4000, 10000, 1000)}
SIZES = [1, 10, 100, 400, 1000, 4000, 10000, 100000]
SECONDS = 300
LIFE = {"at-once": 0, "steady": 600, "outage": 900}  # the scenarios that are one fleet's, and when they begin
LARGE_PAGES = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # a tenth faster
SETTLE = 60  # seconds after a start, for runs that began together to be apart


def cases():
    return [(habit, scenario) for habit in HABITS for scenario in SCENARIOS if habit != ROLL_OUTS_ONLY or scenario in ("at-once", "waves")]


def arrivals(program: pathlib.Path, scenario, replicas, habits, span=SECONDS):
    """Of each second: at PostgreSQL, Redis and OpenAI, and how many of the latter its rate limit refused."""
    interval, period, *others = habits
    command = [program, scenario, replicas, interval, period, span, *others]
    said = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, env=LARGE_PAGES).stdout
    return [[int(number) for number in line.split()[1:]] for line in said.splitlines()[1:]]


def windows(habit, scenario):
    """The seconds that peaks and means are of; the last one is what the scenario is judged by once all have started, or are back."""
    spread = HABITS[habit][4] // 1000
    started = {"at-once": spread, "waves": 90 + spread}.get(scenario)
    spans = {"whole run": (0, SECONDS)}
    if started is not None:
        spans |= {"the minute after the last start": (started, started + SETTLE), "from then on": (started + SETTLE, SECONDS)}
    if scenario == "outage":
        spans |= {"before": (0, 100), "silent": (100, 160), "recovery": (160, 250)}
    return spans


def peak_and_mean(numbers):
    mean = statistics.mean(numbers)
    return {"mean": round(mean, 3), "peak": max(numbers), "ratio": round(max(numbers) / mean, 3)}


def figures(habit, scenario, replicas, seconds):
    row = {"habit": habit, "scenario": scenario, "replicas": replicas}
    for column, name in enumerate(DEPENDENCIES):
        row[name] = {window: peak_and_mean([second[column] for second in seconds[begin:end]]) for window, (begin, end) in windows(habit, scenario).items()}
    requests, refused = (sum(second[column] for second in seconds) for column in (2, 3))
    row["OpenAI's limit"] = {"requests": requests, "refused": refused, "share": round(refused / requests, 4)}
    return row


def simulate(program):
    """A row of figures per case and size, and the seconds of those of 10,000; the longest first, on all processors."""
    tasks = [(habit, run, size) for size in reversed(SIZES) for run in ("life", "waves") for habit in HABITS]

    def one(task):
        habit, run, size = task
        scenario, span = (run, SECONDS) if run == "waves" else ("at-once", SECONDS) if habit == ROLL_OUTS_ONLY else ("life", SECONDS + LIFE["outage"])
        seconds = arrivals(program, scenario, size, HABITS[habit], span)
        print(f"{habit:52} {scenario:8} {size:7}", flush=True)
        return seconds

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = dict(zip(tasks, pool.map(one, tasks)))

    def seconds(habit, scenario, size):
        begin = LIFE.get(scenario, 0)
        return done[habit, "life" if scenario in LIFE else scenario, size][begin:begin + SECONDS]

    rows = [figures(habit, scenario, size, seconds(habit, scenario, size)) for habit, scenario in cases() for size in SIZES]
    return rows, {case: seconds(*case, 10000) for case in cases()}


def steady_rates(program):
    return {words: round(statistics.mean(second[0] for second in arrivals(program, "steady", 1000, tail)), 1) for words, tail in RATES.items()}
