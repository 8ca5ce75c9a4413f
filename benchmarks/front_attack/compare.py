"""What new probes see while 10,000 hostile connections are open: probehost and nginx, in turn, in the same run.

    python3 benchmarks/front_attack/compare.py BUILD [--connections 10000] [--probes 10000] [--runs 3] [--to FILE]

BUILD was made with -DPROBEHOST_BENCHMARKS=ON. nginx (package nginx-light) answers a fixed body with one worker; it is left
out when it is not installed. Both have the same time limits: first a minute, so that all attackers stay, then 2 s for a head
and 5 s between requests, which throw them out and let them come back (probehost's own are 1.4 s and 5 s). Then probehost alone, in straits: half the connections it is attacked with, 200
descriptors, 64 checks that spin in its own process. Each is done so many times, and the tables at the end have the medians, but the sum of
failed probes, and where probehost's p99 or p99.9 is above nginx's. The status is 0 when no probe of probehost failed and its p99 stayed within
10 ms, its p99.9 within 25 ms (50 ms under churn), and its memory grew by no more than 64 MB; what did not is told at the end."""
import argparse
import contextlib
import json
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path += [str(pathlib.Path(__file__).resolve().parents[2] / "tests"), str(pathlib.Path(__file__).resolve().parents[1])]
from side_by_side.machine import commit, machine  # noqa: E402
from system.host import Host  # noqa: E402
from system.scripted import HERE, compile_plugin  # noqa: E402

MOST = {"p99": 10, "p99.9": 25}  # ms
MOST_GROWTH = 64  # MB
MOST_UNDER_CHURN = {"p99": 10, "p99.9": 50}
ATTACKS = ["none", "idle", "slow", "keepalive", "deaf", "huge", "mixed", "churn"]
FIGURES = re.compile(r"(?P<open>\d+) open .*\| +(?P<ok>\d+) ok +(?P<failed>\d+) failed \| p50 +(?P<p50>[\d.]+) p99 +(?P<p99>[\d.]+) "
                     r"p99\.9 +(?P<p999>[\d.]+) max +(?P<max>[\d.]+) ms \| RSS +(?P<before>[\d.]+) -> (?P<during>[\d.]+) MB \| "
                     r"afterwards +\d+ failed, p99 (?P<left_p99>[\d.]+) ms, RSS (?P<left>[\d.]+) MB")
NGINX = """daemon off; worker_processes 1; worker_rlimit_nofile 65536; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 20000; }}
http {{ access_log off; client_header_timeout {2}s; send_timeout {2}s; keepalive_timeout {3}s; keepalive_requests 1000000;
  client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
  server {{ listen 127.0.0.1:{1} backlog=4096; location / {{ default_type application/json; return 200 '{{"status":"alive"}}'; }} }} }}
"""


@contextlib.contextmanager
def probehost(build, checks=None, limits=None, plugins=()):
    with tempfile.TemporaryDirectory() as directory:
        server = {"limits": limits} if limits else {}
        host = Host(build / "bin", [build / "plugins", *plugins], {"server": server, "checks": checks or {}}, directory)
        host.start()
        try:
            yield host.address[1], host.process.pid
        finally:
            host.process.terminate()
            host.process.wait()


@contextlib.contextmanager
def nginx(head, keep_alive):
    with tempfile.TemporaryDirectory() as directory, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        file = pathlib.Path(directory, "nginx.conf")
        file.write_text(NGINX.format(directory, port, head, keep_alive), encoding="utf-8")
        with subprocess.Popen(["/usr/sbin/nginx", "-c", file, "-e", f"{directory}/error.log"]) as process:
            time.sleep(0.5)
            yield port, worker_of(process.pid)
            process.terminate()


def worker_of(master):
    return int(pathlib.Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()[0])


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def attack(arguments, target, kind, name, gathered):
    """One line of figures, gathered under its name and kind; returns what is wrong with it."""
    port, pid = target
    before = cpu_seconds(pid)
    done = subprocess.run([arguments.build / "bin" / "front_attack", str(port), f"attack={kind}", f"pid={pid}",
                           f"connections={arguments.connections}", f"probes={arguments.probes}"],
                          stdout=subprocess.PIPE, text=True, check=False)
    cpu = cpu_seconds(pid) - before
    line = f"{name:22} {done.stdout.strip()} | CPU {cpu:.1f} s"
    print(line, flush=True)
    if found := FIGURES.search(done.stdout):
        gathered.setdefault((kind, name), []).append({"cpu": cpu, **{key: float(value) for key, value in found.groupdict().items()}})
    return [f"{wrong}: {line}" for wrong in faults(done.stdout, done.returncode, kind)]


def faults(figures, status, kind):
    """In words, what should not be in a line of front_attack's and its exit status."""
    found = ["probes failed"] if status != 0 else []
    for percentile, most in (MOST_UNDER_CHURN if kind == "churn" else MOST).items():
        took = re.search(rf"{re.escape(percentile)} +([0-9.]+)", figures)
        if not took or float(took[1]) > most:
            found.append(f"{percentile} above {most} ms")
    memory = re.search(r"RSS +([0-9.]+) -> ([0-9.]+)", figures)
    if not memory or float(memory[2]) - float(memory[1]) > MOST_GROWTH:
        found.append(f"more than {MOST_GROWTH} MB larger")
    return found


def table(gathered):
    """Markdown: medians, but of failed probes the sum."""
    yield "| attack | server | open | failed | p50 | p99 | p99.9 | max | CPU | p99 afterwards | resident before / during / afterwards |"
    yield "|" + "---|" * 11
    for (kind, name), runs in gathered.items():
        median = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        failed = sum(run["failed"] for run in runs)
        yield (f"| {kind} | {name} | {median['open']:,.0f} | {failed:.0f} | {median['p50']:.2f} | {median['p99']:.2f} | {median['p999']:.2f} | {median['max']:.2f} "
               f"| {median['cpu']:.1f} | {median['left_p99']:.2f} | {median['before']:.1f} / {median['during']:.1f} / {median['left']:.1f} |")


def worse(gathered):
    """Where the median of probehost is above that of nginx, in words."""
    for kind in {kind: None for kind, _ in gathered}:
        for key, title in (("p99", "p99"), ("p999", "p99.9")):
            ours, theirs = (statistics.median(run[key] for run in gathered.get((kind, name), [{key: 0}])) for name in ("probehost", "nginx"))
            if ours > theirs > 0:
                yield f"{kind}: {title} {ours:.2f} ms, nginx's {theirs:.2f} ms"


def told(title, gathered):
    """What was gathered, which is printed as well."""
    beside = ["", "Above nginx's: " + ("; ".join(worse(gathered)) or "nothing") + "."] if any(name == "nginx" for _, name in gathered) else []
    text = "\n".join(["", title + ":", "", *table(gathered), *beside])
    print(text, flush=True)
    return text


def write(arguments, texts):
    """The tables, headed by what they are of."""
    it = machine()
    head = f"By `benchmarks/front_attack/compare.py`: medians of {arguments.runs} runs of {arguments.probes} probes, but of failed probes the sum."
    where = f"probehost {commit()}; {it['processors']}, {it['memory']}; {it['system']}."
    arguments.to.write_text("\n".join(["# The front under attack", "", head, "", where, *texts, ""]), encoding="utf-8")


def side_by_side(arguments, head, keep_alive):
    wrong, gathered = [], {}
    title = f"limits: {head} s for a head, {keep_alive} s between requests"
    print(title, flush=True)
    for kind in arguments.attacks * arguments.runs:
        with probehost(arguments.build, limits={"header_time": f"{head}s", "keep_alive": f"{keep_alive}s"}) as target:
            wrong += attack(arguments, target, kind, "probehost", gathered)
        if shutil.which("/usr/sbin/nginx"):
            with nginx(head, keep_alive) as target:
                attack(arguments, target, kind, "nginx", gathered)
    return wrong, told(title, gathered)


def straits(arguments, gathered):
    with probehost(arguments.build, limits={"connections": arguments.connections // 2, "header_time": "60s"}) as target:
        yield from attack(arguments, target, "slow", "half the connections", gathered)
    with probehost(arguments.build) as target:
        resource.prlimit(target[1], resource.RLIMIT_NOFILE, (200, 4096))
        yield from attack(arguments, target, "slow", "200 descriptors", gathered)
    with tempfile.TemporaryDirectory() as zoo:
        compile_plugin(HERE / "misbehaving" / "misbehaving.c", pathlib.Path(zoo, "misbehaving.so"), "-Wno-error", "-pthread")
        spinning = {"checker": "misbehaving", "timeout": "500ms", "isolation": "thread", "with": {"act": "spin", "at": "run"}}
        with probehost(arguments.build, checks={f"spin{i}": spinning for i in range(64)}, plugins=[zoo]) as target:
            time.sleep(1)
            yield from attack(arguments, target, "none", "64 spinning checks", gathered)


def in_straits(arguments):
    gathered = {}
    wrong = [each for _ in range(arguments.runs) for each in straits(arguments, gathered)]
    return wrong, told("probehost alone, in straits", gathered)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--connections", type=int, default=10000)
    parser.add_argument("--probes", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--attacks", type=json.loads, default=ATTACKS, help='such as \'["slow","churn"]\'; [] for none')
    parser.add_argument("--to", type=lambda text: pathlib.Path(text).resolve(), metavar="FILE", help="the tables are written there as well")
    arguments = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    parts = [side_by_side(arguments, 60, 60), side_by_side(arguments, 2, 5), in_straits(arguments)]
    wrong = [each for faulty, _ in parts for each in faulty]
    if arguments.to:
        write(arguments, [text for _, text in parts])
    print("\n".join(["", *wrong] if wrong else ["all probes of probehost were answered in time"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
