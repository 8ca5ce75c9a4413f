"""Where the time of a start goes, until it is ready, by program and library.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/profile/start.py BUILD [--starts 10]

BUILD is a Release build. As root; needs the packages of packaging/packages-peers, nginx-light and perf (linux-perf). The host has all five checkers."""
import argparse
import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from side_by_side import measure
from side_by_side.services import free_port, services
from size.measure import five

from peers.servicebus_peer import ServiceBusPeer

LINE = re.compile(r"^ +([0-9.]+)% +(\S+)", re.M)
LEAST = 1  # per cent


def shares_of_a_start(build, checks, directory):
    """Per cent of its time, by program, library or the kernel."""
    port, data = free_port(), directory / "perf.data"
    config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
              "plugins": {"path": [str(build / "plugins")]}, "checks": checks}
    (directory / "probehost.yaml").write_text(json.dumps(config), encoding="utf-8")
    command = ["perf", "record", "-q", "-F", "10000", "-o", data, build / "bin/probehost", "serve", "--config", directory / "probehost.yaml"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as perf:
        measure.until_ok(port, "/health/ready", time.monotonic())
        perf.send_signal(signal.SIGINT)  # which ends the host as well
    said = subprocess.run(["perf", "report", "--sort", "dso", "-i", data, "--stdio"], check=True, capture_output=True, text=True).stdout
    return {name: float(share) for share, name in LINE.findall(said)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--starts", type=int, default=10)
    arguments = parser.parse_args()
    total = collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        with services(name, free_port) as everything, ServiceBusPeer(queues={"full": 1}) as servicebus:
            for _ in range(arguments.starts):
                total.update(shares_of_a_start(arguments.build, five(everything, servicebus), pathlib.Path(name)))
    shares = {name: share / arguments.starts for name, share in total.most_common()}
    print(", ".join(f"{name} {share:.0f} %" for name, share in shares.items() if share >= LEAST))


if __name__ == "__main__":
    main()
