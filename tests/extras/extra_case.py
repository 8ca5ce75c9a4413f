"""What the tests of the extra checkers share: how one is run, and what a verdict in time is."""
from checkers import loop
from checkers.loop import said

TIMEOUT = 300
EARLY, LATE = 1, 100  # ms: by how much a timeout may be sooner or later than it says


def run(checker, settings, runs=1, timeout=2000, **options):
    return loop.run(checker, settings, runs=runs, timeout=timeout, **options)[:runs]


def first(checker, settings, **options):
    return said(run(checker, settings, **options)[0])


def judged(checker, settings, **options):
    """The verdict of a run that may take TIMEOUT, which is kept to; a busy machine gets three tries to show that."""
    for _ in range(3):
        [result] = run(checker, settings, timeout=TIMEOUT, **options)
        assert result["status"] != "timeout" or result["ms"] >= TIMEOUT - EARLY
        if result["ms"] <= TIMEOUT + LATE:
            return said(result)
    raise AssertionError(result)


def costs(checker, settings, runs, **options):
    """What the process had before and after so many runs, and what the runs said."""
    *results, after = loop.run(checker, settings, runs=runs, **options)
    return {said(result) for result in results}, after
