"""What a worker may not do to its host, its terminal and the machine."""
import os
import pathlib
import signal
import time

import pytest

from .host import until
from .zoo import goes_on, misbehaving, of, workers

pytestmark = pytest.mark.slow  # as misbehaviour_test.py


def test_calls_that_would_hold_up_the_host_or_take_memory_that_nobody_counts(beside, script):
    host = beside(misbehaving("ask for what is refused"))
    until(lambda: of(host) == "")
    goes_on(host, script)


def test_a_worker_has_no_terminal(beside):
    host = beside(misbehaving("nothing"))
    (worker,) = until(lambda: workers(host))
    session, terminal = pathlib.Path(f"/proc/{worker}/stat").read_text("ascii").rpartition(")")[2].split()[3:5]
    assert (int(session), terminal) == (worker, "0")


def test_threads_that_are_made_between_runs_are_counted(beside, script):
    host = beside(misbehaving("late thread bomb", interval="1m", max_age="1m"))
    first = until(lambda: of(host) == "" and workers(host))
    until(lambda: set(first).isdisjoint(workers(host)))
    goes_on(host, script)


def test_a_worker_speaks_neither_for_the_operator_nor_for_the_application(configured, zoo, plugins, scripted_plugins, script):
    host = configured({}, plugins=[plugins, scripted_plugins, zoo])
    bad = misbehaving("nothing")
    bad["with"] |= {"admin": host.admin, "notify": host.notify}
    model = {"checker": "model", "interval": "30ms", "max_age": "10ms", "with": {"source": "app", "key": "embedding"}}
    host.configure({"checks": {"bad": bad, "embedding_model": model, "good": script.check("good", interval="50ms", max_age="20ms")}})
    host.start()
    until(lambda: of(host) == "")
    goes_on(host, script)
    assert host.ready().checks["embedding_model"]["error"] == "Embedding model not loaded"
    assert "reloaded" not in host.log


@pytest.mark.parametrize("ignored", ["by who starts it", "by a plugin"])
def test_a_workers_end_is_noticed_where_the_ends_of_children_are_ignored(configured, zoo, scripted_plugins, script, tmp_path, ignored):
    host = configured({"checks": {"bad": misbehaving("change process" if ignored == "by a plugin" else "nothing", isolation="thread"),
                                  "apart": script.check("apart", isolation="process", interval="50ms", max_age="20ms"),
                                  "good": script.check("good", isolation="thread", interval="50ms", max_age="20ms")}}, plugins=[scripted_plugins, zoo])
    if ignored == "by who starts it":
        host.program = ignoring(host.program, tmp_path)
    host.start()
    until(lambda: of(host) == "" and host.ready().checks["apart"]["healthy"])
    for _ in range(3):
        (killed,) = until(lambda: workers(host))
        os.kill(killed, signal.SIGKILL)
        until(lambda: workers(host) not in ([], [killed]))
    until(lambda: host.ready().checks["apart"]["healthy"])
    goes_on(host, script)
    before = processor_seconds(host.process.pid)
    time.sleep(1)
    assert processor_seconds(host.process.pid) - before < 0.5


def processor_seconds(pid):
    return time.clock_gettime((~pid << 3) | 2)  # Linux's clock of another process


def ignoring(program, directory):
    """The same program, started where SIGCHLD is ignored, which is inherited."""
    wrapper = directory / "probehost"
    wrapper.write_text(f"#!/bin/sh\nexec env --ignore-signal=CHLD {program} \"$@\"\n", encoding="utf-8")
    wrapper.chmod(0o755)
    return wrapper
