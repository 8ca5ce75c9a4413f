"""Lets every n-th call of something fail, one run of the host for each n, and looks how the host takes it.

    python3 tests/faults/nth_call.py BUILD [--of host|worker] [--calls malloc,open,...] [--most 5000] [--step 1]

A run starts, answers three probes and stops. It may serve on, or end with an error in words; it may not crash, hang, or serve on and leave
a probe without its answer for ever. Calls of a worker may cost its own check, but not a probe of liveness and not the check beside it."""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
# The first one only says what the plugin offers, and without that there are no checks to harm.
WORKER = """#!/bin/sh
mkdir {directory}/described 2>/dev/null && exec {worker} "$@"
export LD_PRELOAD={library} FAIL_CALL={call} FAIL_NTH={nth} FAIL_MARK={directory}/failed
exec {worker} "$@"
"""
CALLS = ["malloc", "open", "socket", "accept", "epoll_ctl", "write", "pthread_create", "posix_spawn"]
HANGING = 20  # seconds
DEAF = 3  # likewise; the failure may meet a probe, and the next ones
WAIT = 0.2  # likewise; the configuration's
CLEAN = {0, 70, 71, 74, 78}


@dataclasses.dataclass
class Bench:
    """What all runs have in common."""
    program: pathlib.Path
    plugins: pathlib.Path
    library: pathlib.Path
    of_worker: bool = False


def compiled(source, target, *options):
    subprocess.run(["gcc", "-std=gnu11", "-O1", "-fPIC", "-shared", *options, source, "-o", target], check=True, timeout=120)
    return target


def bench(build, directory, of_worker=False):
    plugins = directory / "plugins"
    plugins.mkdir()
    compiled(HERE.parent / "system" / "scripted.c", plugins / "scripted.so", "-D_GNU_SOURCE", "-fvisibility=hidden",
             "-I", HERE.parent.parent / "sdk" / "include")
    (directory / "default").write_text("pass", encoding="ascii")
    library = compiled(HERE / "fail_nth.c", directory / "fail_nth.so", "-D_GNU_SOURCE", "-ldl")
    return Bench(build / "bin" / "probehost", plugins, library, of_worker)


def beside_faulty_worker(tools, directory, call, nth):
    """A copy of the program, whose workers are those whose calls fail."""
    program, worker = directory / "bin" / "probehost", directory / "bin" / "probehost-worker"
    program.parent.mkdir()
    shutil.copy2(tools.program, program)
    worker.write_text(WORKER.format(directory=directory, library=tools.library, call=call, nth=nth, worker=tools.program.with_name(worker.name)), encoding="ascii")
    worker.chmod(0o755)
    return program


def configuration(tools, directory):
    settings = {"dir": str(tools.plugins.parent), "key": "default"}
    config = {"server": {"listen": ["127.0.0.1:0"], "drain_delay": "0", "wait": f"{WAIT * 1000:.0f}ms"},
              "admin": {"listen": f"unix:{directory}/admin.sock"}, "plugins": {"path": [str(tools.plugins)]},
              "checks": {name: {"checker": "scripted", "isolation": name, "interval": "20ms", "max_age": "0", "with": settings}
                         for name in ("thread", "process")}}
    (directory / "c.yaml").write_text(json.dumps(config), encoding="ascii")
    return directory / "c.yaml"


def port_of(process, log):
    """Once the host listens; None when it has ended or is late."""
    end = time.monotonic() + HANGING / 2
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"listening on 127\.0\.0\.1:(\d+)", log.read_text(errors="replace")):
            return int(found[1])
        time.sleep(0.005)
    return None


def ask(port):
    """The probes' answers, as JSON, or none where the failure met the probe itself."""
    answers = []
    for path in ("/health", "/health/ready", "/health/ready?verbose"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                answers.append(json.load(answer))
        except urllib.error.HTTPError as failing:
            answers.append(json.load(failing))
        except (urllib.error.URLError, OSError, ValueError):
            answers.append(None)
    return answers


def is_deaf(process, port, admin):
    """It runs, but is not alive, or leaves a probe or its admin without an answer until `wait` is over, however often it is asked."""
    end = time.monotonic() + DEAF
    while process.poll() is None:
        asked, answers = time.monotonic(), ask(port)
        told = time.monotonic() - asked < WAIT and all(answers) and answers[0].get("status") == "alive"
        if told and says_something(admin):
            return False
        if time.monotonic() > end:
            return True
        time.sleep(0.05)
    return False


def says_something(admin):
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        client.connect(str(admin))
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return client.recv(1) != b""
    return False


def harmed(answers):
    """What a worker's failure did that it may not."""
    live, ready, _ = answers
    if not live or live["status"] != "alive":
        return f"/health said {live}"
    return None if ready and ready["checks"]["thread"]["healthy"] else f"/health/ready said {ready}"


def started(tools, directory, call, nth, out):
    env = {**os.environ, "FAIL_COUNT": str(directory / "count"), "FAIL_MARK": str(directory / "failed")}
    program = tools.program
    if tools.of_worker:
        program = beside_faulty_worker(tools, directory, call, nth)
    else:
        env |= {"LD_PRELOAD": str(tools.library), "FAIL_CALL": call, "FAIL_NTH": str(nth)}
    return subprocess.Popen([program, "serve", "--config", configuration(tools, directory)], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)


def ended(process):
    """Its status; None when it hangs."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(HANGING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def run(tools, call, nth):
    """(the number of calls, whether one failed, what was wrong)"""
    with tempfile.TemporaryDirectory(prefix="probehost-nth-", dir="/tmp") as name:
        directory = pathlib.Path(name)
        log, count = directory / "log", directory / "count"
        with open(log, "wb") as out:
            process = started(tools, directory, call, nth, out)
        port = port_of(process, log)
        answers = ask(port) if port else []
        deaf = port is not None and is_deaf(process, port, directory / "admin.sock")
        status, words = ended(process), log.read_text(errors="replace")
        calls, failed = int(count.read_text()) if count.exists() else nth, (directory / "failed").exists()
    wrong = wrong_with(tools, call, status, words, answers, deaf)
    return calls, failed, f"{call} {nth}: {wrong}: {words[-300:]}" if wrong else None


def wrong_with(tools, call, status, words, answers, deaf):
    if status is None:
        return "hangs"
    if status not in CLEAN:
        return f"ended with {status}"
    if deaf:
        return "serves on without answering"
    if tools.of_worker:
        refused = status == 78 and "error: " in words  # a create that fails at the start is a refusal
        return harmed(answers) if answers else None if refused else "did not listen"
    silent = status != 0 and not words.strip() and call != "write"
    return f"ended with {status} and no word" if silent else None


def all_runs(tools, call, most, step):
    """(how many runs, in how many of them a call failed, what was wrong)"""
    last = most if tools.of_worker else min(most, run(tools, call, 10 ** 9)[0])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda nth: run(tools, call, nth), range(1, last + 1, step)))
    return len(results), sum(failed for _, failed, _ in results), [wrong for *_, wrong in results if wrong]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--of", choices=["host", "worker"], default="host", help="whose calls fail")
    parser.add_argument("--calls", default=",".join(CALLS), help="some of these (default: %(default)s)")
    parser.add_argument("--most", type=int, default=5000)
    parser.add_argument("--step", type=int, default=1)
    options = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory(prefix="probehost-nth-") as directory:
        tools = bench(options.build.resolve(), pathlib.Path(directory), options.of == "worker")
        for call in options.calls.split(","):
            count, failed, found = all_runs(tools, call, options.most, options.step)
            print(f"{call}: {count} runs, a call failed in {failed}, {len(found)} wrong", flush=True)
            wrong += found
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
