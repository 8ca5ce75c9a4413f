"""`nothing_is_left`: a test ends with the processes, threads, open files and directories it began with."""
import glob
import os
import threading
import time

import pytest

from .postgres import template
from .process import family, run
from .tls import Authority


@pytest.fixture(scope="session")
def kept_for_the_session():
    """The PostgreSQL template and the launcher thread stay until the program ends, so they come first."""
    template()
    run(["true"])


@pytest.fixture(scope="session")
def authority(kept_for_the_session):
    with Authority() as made:
        yield made


def belongings():
    files = glob.glob(f"/tmp/probehost-*-{os.getpid()}-*")
    threads = [thread.name for thread in threading.enumerate() if not thread.name.startswith("launcher")]
    return {"processes": len(family(os.getpid())), "threads": sorted(threads), "directories": sorted(files),
            "descriptors": len(os.listdir("/proc/self/fd"))}


@pytest.fixture
def nothing_is_left(kept_for_the_session, authority):
    before = belongings()
    yield
    end = time.monotonic() + 3
    while (after := belongings()) != before and time.monotonic() < end:
        time.sleep(0.02)
    assert after == before
