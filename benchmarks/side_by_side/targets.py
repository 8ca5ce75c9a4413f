"""What probehost is to reach beside the others, and whether the medians do."""
LIMITS = ("nginx", "nginx deferred")
WAIT_MS = 800


def targets(results):
    """Of each target: what it says, the figure, its bound, and whether that is kept; only those whose contestants ran."""
    ours = results["probehost"]
    for key, title in (("live_kept", "`/health`, kept connections"), ("live_new", "`/health`, a connection per request")):
        for name in (name for name in LIMITS if name in results):
            theirs = results[name][key]
            yield at_least(f"{title}: requests/s of {name}", ours[key]["rate"], theirs["rate"])
            yield at_most(f"{title}: p99 of {name}, ms", ours[key]["p99"], theirs["p99"])
            yield at_most(f"{title}: CPU s per 100,000 of {name}", ours[key]["cpu"], theirs["cpu"])
        others = [result[key]["rate"] for name, result in results.items() if name not in ("probehost", *LIMITS)]
        if others:
            yield at_least(f"{title}: requests/s of every other", ours[key]["rate"], max(others))
    if "FastAPI" in results:
        yield at_least("`/health/ready`, kept connections: 100 times FastAPI's requests/s", ours["ready_kept"]["rate"], 100 * results["FastAPI"]["ready_kept"]["rate"])
    yield at_least("`/health/ready`, kept connections: requests/s within 10 % of `/health`", ours["ready_kept"]["rate"], 0.9 * ours["live_kept"]["rate"])
    yield at_most("while Redis hangs: `/health` p99, ms", ours["hang"]["live"]["p99"], 2)
    yield at_most("while Redis hangs: `/health/ready` p99, ms", ours["hang"]["ready"]["p99"], WAIT_MS + 10)
    yield at_most("start to `/health`, ms", ours["start_ms"], 30)
    yield at_most("start to `/health/ready`, ms", ours["start_ready_ms"], 100)


def at_least(what, figure, bound):
    return what, figure, bound, figure >= bound


def at_most(what, figure, bound):
    return what, figure, bound, figure <= bound
