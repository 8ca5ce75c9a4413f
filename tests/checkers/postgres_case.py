"""What the tests of the postgres checker share: its settings, and how it is run."""
from . import loop
from .loop import said

CANARY = "kanarienvogel"


def url(peer, host="127.0.0.1", database="app", options=""):
    return f"postgresql://health@{host}:{peer.port}/{database}{options}"


def settings(peer, host="127.0.0.1", **more):
    return {"url": url(peer, host), "password": "health-peer-password", **more}


def run(with_settings, runs=1, timeout=2000, **options):
    return loop.run("postgres", with_settings, runs=runs, timeout=timeout, **options)[:runs]


def first(with_settings, **options):
    return said(run(with_settings, **options)[0])


def healthy(with_settings):
    """Twice: on a new connection and on a kept one."""
    return [said(result) for result in run(with_settings, runs=2)] == ["pass", "pass"]


def watch(with_settings, timeout=2000, **options):
    return loop.Loop("postgres", with_settings, timeout=timeout, **options)


def until(running, text, seconds=15):
    return running.until(lambda result: said(result) == text, seconds)
