"""What the tests of the redis checker share: its URLs, and how it is run."""
from . import loop
from .loop import said

CANARY = "kanarienvogel"


def url(peer, path="", login="", scheme="redis", host="127.0.0.1"):
    return f"{scheme}://{login}{host}:{peer.port}{path}"


def run(settings, runs=1, **options):
    return loop.run("redis", settings, runs=runs, **options)[:runs]


def first(settings, **options):
    return said(run(settings, **options)[0])


def healthy(settings):
    """Twice: on a new connection and on a kept one."""
    return [said(result) for result in run(settings, runs=2)] == ["pass", "pass"]


def watch(settings, **options):
    return loop.Loop("redis", settings, **options)


def until(running, text, seconds=10):
    return running.until(lambda result: said(result) == text, seconds)
