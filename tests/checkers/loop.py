"""Runs check_loop, the smallest host there is, on one plugin: `run` to the end, `Loop` while a test changes things."""
import contextlib
import json
import os
import subprocess
import tempfile
import time


def command(plugin, file, options):
    words = [f"{os.environ['PROBEHOST_BIN']}/check_loop", f"{os.environ['PROBEHOST_PLUGINS']}/{plugin}.so", file]
    return words + [word for name, value in options.items()
                    for word in ([f"--{name}"] if value is True else [f"--{name}", str(value)])]


@contextlib.contextmanager
def settings_file(settings):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(settings, file)
        file.flush()
        yield file.name


def finish(plugin, settings, env=None, prefix=(), **options):
    """The ended process, with all that it wrote."""
    with settings_file(settings) as file:
        return subprocess.run([*prefix, *command(plugin, file, options)], capture_output=True, text=True,
                              env={**os.environ, **(env or {})}, timeout=120, check=False)


def run(plugin, settings, env=None, prefix=(), **options):
    """One dict for each run that was printed, and a last one with what the process had before and after."""
    done = finish(plugin, settings, env, prefix, **options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(plugin, settings):
    """Why the plugin would not make a check of these settings."""
    done = finish(plugin, settings)
    assert done.returncode == 1, done.stdout
    return json.loads(done.stdout)["refused"]


class Loop:
    """Checks again and again, `pause` ms apart, until it is left."""

    def __init__(self, plugin, settings, env=None, pause=50, timeout=1000):
        self.arguments = plugin, settings, env, {"runs": 1000000, "pause": pause, "timeout": timeout}

    def __enter__(self):
        plugin, settings, env, options = self.arguments
        self.file = settings_file(settings)
        self.process = subprocess.Popen(command(plugin, self.file.__enter__(), options), stdout=subprocess.PIPE,
                                        text=True, env={**os.environ, **(env or {})})
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.file.__exit__(None, None, None)

    def next(self):
        return json.loads(self.process.stdout.readline())

    def until(self, wanted, seconds=10):
        """All results up to the first for which `wanted(result)` is true."""
        results = [self.next()]
        end = time.monotonic() + seconds
        while not wanted(results[-1]):
            assert time.monotonic() < end, results[-5:]
            results.append(self.next())
        return results


def said(result):
    """`pass`, `timeout`, or the status and its public message: `fail: Connection refused`."""
    status = result["status"]
    return status if status in ("pass", "timeout") else f"{status}: {result['message']}"


def took(result):
    """Milliseconds, without those in which the machine did not run the process."""
    return result["ms"] - result["stalled"]


def sanitized():
    return "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ


def in_time(results, limit):
    slack = 200 if sanitized() else 100
    return all(took(result) < limit + slack for result in results)


def grown_kb(after):
    """By how much the process grew; with fewer than ten runs, since before the first. A sanitizer keeps what was freed for a while."""
    return 0 if sanitized() else after["rss_kb"][1] - after["rss_kb"][0]


def took_no_memory(after, megabytes=1):
    """At no moment was there room for what came without end, beside what libraries take when they are first used; nor did later runs leave any."""
    return sanitized() or after["peak_kb"][1] - after["peak_kb"][0] < 5 * 1024 and grown_kb(after) < megabytes * 1024


def flat(after):
    """Thousands of runs left no descriptor, no thread and no memory behind."""
    same = all(after[what][0] == after[what][1] for what in ("fds", "threads"))
    return same and grown_kb(after) < 1024
