"""What a host says that runs one of the plugins of misbehaving/ beside a good check."""
import signal

from peers.process import family

from .host import until

NOT_STARTED = "Checker did not start within 5s"
WORDS = {"no verdict": "Checker gave no verdict", "not utf-8": "a\ufffd\ufffdz", "say too much": "x" * 200}


def misbehaving(act, at="run", **policy):
    return {"checker": "misbehaving", "timeout": "500ms", "interval": "100ms", "max_age": "50ms", **policy,
            "with": {"act": act, "at": at}}


def of(host):
    """What the bad one says; the good one is fine, and liveness too, whatever it is."""
    assert host.live().status == 200
    ready = host.ready()
    assert ready.took < 0.9
    until(lambda: host.ready().checks["good"]["healthy"], 2)
    return ready.checks["bad"].get("error", "")


def goes_on(host, script):
    before = script.runs("good")
    until(lambda: script.runs("good") > before + 3)
    assert host.process.poll() is None
    assert "GARBAGE" not in host.log.replace("warning: GARBAGE", "")


def is_left_well(host, script):
    """The bad check is fine until its destroy, of which a reload has one and the stop another; neither is the host's end."""
    until(lambda: of(host) == "")
    assert host.reload()
    until(lambda: of(host) == "", 20)
    goes_on(host, script)
    host.signal(signal.SIGTERM)
    assert host.wait() == 0


def workers(host):
    return [pid for pid in family(host.process.pid) if pid != host.process.pid]
