"""Where the front's thread spends its time under load, by system call.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/profile/front.py BUILD [--seconds 3]

BUILD is a Release build. As root; needs wrk and perf (linux-perf)."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

from side_by_side import contestants, measure
from side_by_side.services import free_port

CALL = re.compile(r"^ +([0-9.]+)% .*\[k\] (?:__x64_sys_|__sys_)(\w+)\s*$", re.M)
LEAST = 1  # per cent


def front_of(pid):
    """The number of its thread."""
    tasks = pathlib.Path(f"/proc/{pid}/task")
    return next(task.name for task in tasks.iterdir() if (task / "comm").read_text(encoding="ascii").strip() == "http-front")


def recorded(thread, url, keep_alive, seconds, file):
    headers = [] if keep_alive else ["-H", "Connection: close"]
    with subprocess.Popen(["wrk", f"-t{os.cpu_count()}", "-c32", f"-d{seconds + 1}s", *headers, url], stdout=subprocess.DEVNULL):
        time.sleep(0.5)
        subprocess.run(["perf", "record", "-q", "-F", "4000", "-g", "-t", thread, "-o", file, "--", "sleep", str(seconds)], check=True, stderr=subprocess.DEVNULL)


def by_call(file):
    """Per cent of the thread's time, what a call waits for and what it wakes included."""
    said = subprocess.run(["perf", "report", "--children", "--sort", "symbol", "-g", "none", "-i", file, "--stdio"], check=True, capture_output=True, text=True).stdout
    calls = {}
    for share, name in CALL.findall(re.sub(r" +- +- *$", "", said, flags=re.M)):
        calls[name] = max(calls.get(name, 0), float(share))
    return {name: share for name, share in calls.items() if share >= LEAST}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--seconds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory, port = pathlib.Path(name), free_port()
        config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{name}/admin.sock"},
                  "plugins": {"path": [str(arguments.build / "plugins")]}, "checks": {}}
        (directory / "probehost.yaml").write_text(json.dumps(config), encoding="utf-8")
        command = [arguments.build / "bin/probehost", "serve", "--config", directory / "probehost.yaml"]
        with contestants.started(command, {}) as process:
            measure.until_ok(port, "/health", time.monotonic())
            for title, keep_alive in (("kept connections", True), ("a connection per request", False)):
                recorded(front_of(process.pid), f"http://127.0.0.1:{port}/health", keep_alive, arguments.seconds, directory / "perf.data")
                print(f"{title}: " + ", ".join(f"{call} {share:.0f} %" for call, share in by_call(directory / "perf.data").items()), flush=True)


if __name__ == "__main__":
    main()
