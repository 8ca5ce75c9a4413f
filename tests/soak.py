"""Runs a whole service for a while under load, hostile clients and random faults, and checks the contract on every answer.

    python3 tests/soak.py BUILD [--minutes 30] [--seed N]

Real PostgreSQL and Redis and stand-ins for the others, each behind a proxy that misbehaves at random; a third-party plugin in a
worker process that is killed at random; reloads. Wrong answers are shown on standard error as they come. Ends with figures
as JSON; the status is 0 when no answer was wrong, nobody who asks or disturbs gave up, and, from ten minutes on, nothing has grown.
A build with a sanitizer may not have anything to report either:

    python3 tests/soak.py build/ci-asan
    setarch -R python3 tests/soak.py build/ci-tsan"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import sys
import tempfile
import threading
import time

from peers import openai, postgres, redis
from peers.fault_proxy import FaultProxy
from peers.process import family
from peers.servicebus_peer import ServiceBusPeer
from system.host import Host, ask
from system.scripted import HERE, compile_plugin

WAIT = 0.8  # seconds, the host's default
SLACK = 0.05  # what the contract grants
FAULTS = ["refuse", "black_hole", "silent", "drip", "reset", "close", "stall_after", "garbage", "huge"]
CANARY = "soak-canary-7391"
WORDS = re.compile(r"Timeout after \d+ms|No result (yet|for \d+s)|(Pool|Redis) not initialised|[A-Z][^/@]{2,80}")
CHECKS = {"database", "cache", "apart", "optional", "bus", "third"}
GROWTH = {"rss_kb": 4096, "fds": 8, "threads": 2}  # that is none: without a leak the least of a minute differed by 1.6 MB, 7 and 1
BUS = "Endpoint=sb://127.0.0.1:{};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true"


class Watch:
    """Judges answers and keeps the figures. Any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.times = {"/health": [], "/health/ready": [], "/health/started": []}
        self.statuses = {}
        self.wrong = []
        self.latched = False

    def judge(self, path, answer):
        with self.lock:
            self.times[path].append(answer.took)
            key = f"{path} {answer.status}"
            self.statuses[key] = self.statuses.get(key, 0) + 1
        if problem := self.problem(path, answer):
            self.complain(f"{path} {answer.status} after {answer.took:.3f}s: {problem}: {answer.body[:300]}")

    def complain(self, text):
        line = f"{time.strftime('%H:%M:%S')} {text}"
        print(line, file=sys.stderr, flush=True)
        with self.lock:
            self.wrong.append(line)

    def problem(self, path, answer):
        try:
            return self.problem_of(path, answer)
        except Exception as failure:  # of a body without what is looked for, such as {"error":…}
            return f"a body that is none of ours: {failure!r}"

    def problem_of(self, path, answer):
        if CANARY in answer.body:
            return "a secret"
        if answer.took > (WAIT if path == "/health/ready" else 0) + SLACK:
            return "late"
        if path == "/health":
            return None if (answer.status, answer.json["status"]) == (200, "alive") else "not alive"
        if path == "/health/started":
            return self.problem_of_start(answer)
        return problem_of_ready(answer)

    def problem_of_start(self, answer):
        if (answer.status, answer.json["status"]) == (200, "started"):
            self.latched = True
            return None
        if (answer.status, answer.json["status"]) != (503, "starting"):
            return "neither started nor starting"
        return "started no more" if self.latched else None


def problem_of_ready(answer):
    checks = answer.checks
    if set(checks) != CHECKS:
        return "not the checks"
    critical = [check for name, check in checks.items() if name != "optional"]
    healthy = all(check["healthy"] for check in critical)
    if answer.status != (200 if healthy else 503):
        return "status and checks disagree"
    if answer.json["status"] not in (("ready", "degraded") if healthy else ("not_ready",)):
        return "status and word disagree"
    for check in checks.values():
        if not check["healthy"] and not WORDS.fullmatch(check["error"]):
            return "words that are none of ours"
    return None


def configuration(ports, script):
    check = {"interval": "500ms", "max_age": "200ms", "timeout": "700ms"}
    common = {"host": "127.0.0.1", "port": ports["postgres"], "dbname": postgres.DATABASE, "user": postgres.USER}
    return {"plugins": {"path": ports["plugins"]}, "checks": {
        "database": {"checker": "postgres", **check, "with": {**common, "password": postgres.PASSWORD}},
        "cache": {"checker": "redis", **check, "with": {"url": f"redis://:{CANARY}@127.0.0.1:{ports['redis']}/0"}},
        "apart": {"checker": "redis", "isolation": "process", **check,
                  "with": {"url": f"redis://:{CANARY}@127.0.0.1:{ports['redis']}/0"}},
        "optional": {"checker": "azure-openai", "critical": False, **check,
                     "with": {"endpoint": f"http://127.0.0.1:{ports['openai']}", "api_key": openai.KEY}},
        "bus": {"checker": "servicebus", **check, "with": {"queue": "jobs", "connection_string": BUS.format(ports["bus"])}},
        "third": {"checker": "scripted", **check, "with": {"dir": str(script), "key": "third"}}}}


def forever(stop, action, pause):
    def loop():
        while not stop.is_set():
            action()
            stop.wait(pause() if callable(pause) else pause)
    thread = threading.Thread(target=loop, daemon=True, name=action.__qualname__)
    thread.start()
    return thread


def probe(host, watch):
    def action():
        path = random.choice(list(watch.times))
        try:
            watch.judge(path, ask(host.address, path, timeout=5))
        except Exception as failure:  # whatever it is, nobody was answered
            watch.complain(f"{path}: no answer: {failure!r}")
    return action


def disturb(proxies):
    def action():
        proxy = random.choice(proxies)
        proxy.set(random.choice(FAULTS))
        time.sleep(random.uniform(0.2, 4))
        proxy.set("pass")
    return action


def kill_workers(host):
    def action():
        for pid in family(host.process.pid)[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, random.choice([signal.SIGKILL, signal.SIGABRT, signal.SIGSTOP]))
    return action


def script_words(script):
    words = ["pass", "pass", "pass", "warn Slow", "fail Broken", "sleep 5000 pass", "defy 900 pass", "none", "broken Badly"]

    def action():
        (script / "third.new").write_text(random.choice(words), encoding="ascii")
        os.replace(script / "third.new", script / "third")
    return action


def hostile(host):
    """Clients that hold connections: idle, half a request, one that never reads."""
    held = []

    def action():
        while len(held) > 300:
            held.pop(0).close()
        with contextlib.suppress(OSError):
            client = socket.create_connection(host.address, timeout=1)
            client.send(random.choice([b"G", b"GET /health HTTP/1.1\r\nHost: x\r\n", b"\0\xff" * 50, b"GET / HTTP/1.1\r\n\r\n" * 50]))
            held.append(client)
    return action


def state_of(host):
    return {"rss_kb": host.resident >> 10, "fds": host.descriptors, "threads": host.threads}


def judge_growth(host, watch, states):
    """By the least of the second tenth of the states and of the last, since clients come and go."""
    tenth = len(states) // 10
    grown = {key: min(s[key] for s in states[-tenth:]) - min(s[key] for s in states[tenth:2 * tenth]) for key in GROWTH}
    print(json.dumps({"grown": grown}), flush=True)
    for key in GROWTH.keys() - ({"rss_kb"} if has_sanitizer(host) else set()):
        if grown[key] > GROWTH[key]:
            watch.complain(f"{key} grew by {grown[key]}")


def has_sanitizer(host):
    """Whose memory grows by itself."""
    maps = pathlib.Path(f"/proc/{host.process.pid}/maps").read_text(encoding="utf-8", errors="replace")
    return re.search("lib(a|t|ub)san", maps)


def quantiles(times):
    times = sorted(times)
    return {name: round(times[min(len(times) - 1, int(len(times) * part))] * 1000, 1)
            for name, part in (("p50_ms", 0.5), ("p99_ms", 0.99), ("p999_ms", 0.999), ("max_ms", 1))} if times else {}


def soak(host, proxies, script, minutes):
    watch, stop = Watch(), threading.Event()
    host.until_ready(seconds=30)
    threads = [forever(stop, probe(host, watch), 0.02) for _ in range(4)]
    threads += [forever(stop, disturb(proxies), lambda: random.uniform(0, 2)), forever(stop, disturb(proxies), lambda: random.uniform(0, 5)),
                forever(stop, kill_workers(host), 20), forever(stop, script_words(script), 1), forever(stop, hostile(host), 0.05),
                forever(stop, lambda: host.signal(signal.SIGHUP), 30)]
    states, end = [], time.monotonic() + minutes * 60
    while time.monotonic() < end and host.process.poll() is None:
        time.sleep(min(10, max(0.1, end - time.monotonic())))
        states.append(state_of(host))
        print(json.dumps({"left_s": round(end - time.monotonic()), **states[-1], "wrong": len(watch.wrong)}), flush=True)
    for thread in threads:
        if not thread.is_alive():
            watch.complain(f"{thread.name} gave up")
    stop.set()
    for thread in threads:
        thread.join(10)
    if host.process.poll() is not None:
        watch.complain(f"the host ended with {host.process.returncode}: {host.log[-3000:]}")
        return watch, states
    if minutes >= 10:
        judge_growth(host, watch, states)
    for proxy in proxies:
        proxy.set("pass")
    (script / "third").write_text("pass", encoding="ascii")
    host.signal(signal.SIGHUP)  # ends a quarantine
    try:
        host.until_ready(seconds=60)
    except AssertionError as failure:
        watch.complain(f"not ready again: {failure}: {host.ready().body}")
    finish(host, watch)
    return watch, states


def finish(host, watch):
    """In a build with a sanitizer, what that has to say counts as well, of memory that is left, too."""
    host.signal(signal.SIGTERM)
    status = host.wait(60)
    if status != 0:
        watch.complain(f"the host ended with {status}")
    for word, meaning in ((CANARY, "a secret"), ("Sanitizer", "a sanitizer's report"), ("runtime error:", "a sanitizer's report")):
        if word in host.log:
            watch.complain(f"{meaning} in the log: {host.log[host.log.index(word):][:3000]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    random.seed(options.seed)
    build = options.build.resolve()
    with contextlib.ExitStack() as everything:
        directory = pathlib.Path(everything.enter_context(tempfile.TemporaryDirectory(prefix="probehost-soak-", dir="/tmp")))
        (directory / "script").mkdir()
        (directory / "plugins").mkdir()
        compile_plugin(HERE / "scripted.c", directory / "plugins" / "scripted.so")
        (directory / "script" / "default").write_text("pass", encoding="ascii")
        peers = {"postgres": postgres.Postgres(), "redis": redis.Redis(password=CANARY), "openai": openai.OpenAi(),
                 "bus": ServiceBusPeer(queues={"jobs": 3})}
        proxies = {name: everything.enter_context(FaultProxy(everything.enter_context(peer))) for name, peer in peers.items()}
        ports = {name: proxy.port for name, proxy in proxies.items()}
        ports["plugins"] = [str(directory / "plugins"), str(build / "plugins")]
        host = Host(build / "bin", ports["plugins"], configuration(ports, directory / "script"), directory)
        everything.callback(host.stop)
        host.start()
        watch, states = soak(host, list(proxies.values()), directory / "script", options.minutes)
    settled = states[len(states) // 10:] or states
    print(json.dumps({"answers": sum(watch.statuses.values()), "wrong": len(watch.wrong), "statuses": watch.statuses,
                      "times": {path: quantiles(times) for path, times in watch.times.items()},
                      "first": settled[0], "last": settled[-1], "most": {key: max(s[key] for s in settled) for key in settled[0]}}, indent=1))
    sys.exit(1 if watch.wrong else 0)


if __name__ == "__main__":
    main()
