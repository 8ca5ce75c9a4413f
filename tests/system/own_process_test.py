"""Plugins that do harm in the host's own process (`isolation: thread`): what it survives, and how what ends it is named."""
import resource
import signal

import pytest

from .host import until
from .zoo import NOT_STARTED, WORDS, goes_on, is_left_well, misbehaving, of, workers

pytestmark = pytest.mark.slow  # as in worker processes, which sanitizers have no room for

FATAL = {"segfault": ("SIGSEGV", -signal.SIGSEGV), "overflow": ("SIGSEGV", -signal.SIGSEGV),
         "abort": ("SIGABRT", -signal.SIGABRT), "exit": ("exit()", 0)}
SURVIVED = {"spin": "Timeout after 500ms", "sleep": "Timeout after 500ms", "end the thread": "Timeout after 500ms",
            "flood log": "", "two verdicts": "", "60 megabytes": "", "change process": "", "old pointers": "",
            "lose a reader": "", "chatter to host": ""}


@pytest.mark.parametrize("kind", ["own", "foreign"])
def test_exceptions_end_their_run_only(beside, script, kind):
    host = beside({"checker": "throwing", "isolation": "thread", "interval": "100ms", "with": {"kind": kind, "at": "run"}})
    runs = until(lambda: of(host) == "Checker failed" and host.get("/health/ready?verbose").json["checks"]["bad"]["runs"])
    until(lambda: host.get("/health/ready?verbose").json["checks"]["bad"]["runs"] >= runs + 3)
    goes_on(host, script)


@pytest.mark.parametrize("kind", ["own", "foreign"])
def test_exceptions_of_destroy_end_nothing(beside, script, kind):
    host = beside({"checker": "throwing", "isolation": "thread", "interval": "100ms", "with": {"kind": kind, "at": "destroy"}})
    is_left_well(host, script)


@pytest.mark.parametrize("act, words", (SURVIVED | WORDS).items(), ids=list(SURVIVED | WORDS))
def test_what_it_survives(beside, script, act, words):
    host = beside(misbehaving(act, isolation="thread", interval="1s"))
    until(lambda: of(host) == words)
    goes_on(host, script)
    assert workers(host) == []


def test_what_is_written_to_its_output_reaches_its_log_only(beside, script):
    host = beside(misbehaving("chatter", isolation="thread", interval="1s"))
    host.until_logged("GARBAGE")
    runs = script.runs("good")
    until(lambda: of(host) == "" and script.runs("good") > runs + 3)


def test_whoever_takes_every_descriptor_leaves_one_for_probes(beside):
    host = beside(misbehaving("open descriptors", isolation="thread", interval="1s"))
    most, _ = resource.prlimit(host.process.pid, resource.RLIMIT_NOFILE)
    until(lambda: host.descriptors == most)
    for _ in range(20):
        assert of(host) == ""


@pytest.mark.parametrize("act", ["sleep", "end the thread"])
def test_a_create_that_does_not_return(beside, script, act):
    host = beside(misbehaving(act, "create", isolation="thread"))
    until(lambda: of(host) == NOT_STARTED)
    goes_on(host, script)


@pytest.mark.parametrize("act", ["sleep", "end the thread"])
def test_a_destroy_that_does_not_return(beside, script, act):
    is_left_well(beside(misbehaving(act, "destroy", isolation="thread")), script)


@pytest.mark.parametrize("at", ["create", "run"])
@pytest.mark.parametrize("act, end", FATAL.items(), ids=list(FATAL))
def test_what_takes_it_along_is_named(configured, zoo, act, end, at):
    host = configured({"checks": {"bad": misbehaving(act, at, isolation="thread", timeout="20s")}}, plugins=[zoo]).launch()
    assert host.wait() == end[1]
    assert host.log.count(f'error: checker "misbehaving" ended the host: {end[0]}; with `isolation: process`') == 1
