"""What is measured of a server: wrk's requests and latencies, the processor's and the memory's cost, its start, and its answers to a
client that asks at a steady rate, whether or not it has been answered."""
import asyncio
import collections
import contextlib
import dataclasses
import gc
import os
import pathlib
import socket
import subprocess
import time

from peers.process import family

HERE = pathlib.Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Load:
    """Requests a second, latencies in milliseconds, CPU seconds for 100,000 answers."""
    rate: float
    p50: float
    p99: float
    p999: float
    worst: float
    errors: int
    cpu: float


def cpu_seconds(pid):
    spent = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{member}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12])
    return spent / TICKS


def memory_mb(pid):
    """Resident and proportional, and what of it is no file's, of it and all that it started."""
    return memory_of(family(pid), ["Rss", "Pss", "Anonymous"])


def memory_of(pids, names):
    """Sums of lines of smaps_rollup: proc(5)."""
    total = dict.fromkeys(names, 0)
    for member in pids:
        with contextlib.suppress(OSError):
            for line in pathlib.Path(f"/proc/{member}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
                name, _, rest = line.partition(":")
                if name in total:
                    total[name] += int(rest.split()[0])
    return {name.lower(): round(kilobytes / 1024, 1) for name, kilobytes in total.items()}


def peak_mb(pid):
    """The most that was resident so far."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").split()
    return int(status[status.index("VmHWM:") + 1]) / 1024


def memory_under_load(pid, url):
    """In the middle of two seconds of load, which is for nothing else: who looks at memory makes answers late."""
    with subprocess.Popen(["wrk", "-t1", "-c32", "-d2s", url], stdout=subprocess.DEVNULL):
        time.sleep(1)
        return memory_mb(pid)


def load(pid, url, seconds, connections=32, keep_alive=True, threads=1):
    headers = [] if keep_alive else ["-H", "Connection: close"]
    before = cpu_seconds(pid)
    done = subprocess.run(["wrk", f"-t{min(threads, connections)}", f"-c{connections}", f"-d{seconds}s", "--timeout", "5s", "-s", HERE / "percentiles.lua", *headers, url],
                          capture_output=True, text=True, check=True)
    said = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2 and line.split()[1].isdigit())
    requests = int(said["requests"])
    return Load(requests / (int(said["microseconds"]) / 1e6), int(said["p50"]) / 1e3, int(said["p99"]) / 1e3, int(said["p99.9"]) / 1e3,
                int(said["max"]) / 1e3, int(said["errors"]), (cpu_seconds(pid) - before) / max(requests, 1) * 100000)


def answer(port, path):
    """All bytes that come for one request."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as client, client.makefile("rb") as stream:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n".encode())
        return stream.read()


def body_bytes(port, path):
    return len(answer(port, path).partition(b"\r\n\r\n")[2])


def answers(port, path):
    """The status of one request, or None."""
    with contextlib.suppress(OSError, IndexError):
        return int(answer(port, path).split()[1])


def until_ok(port, path, since, seconds=60):
    """Milliseconds from `since` to the first 200."""
    while answers(port, path) != 200:
        if time.monotonic() - since > seconds:
            raise TimeoutError(f"{path} is not 200 within {seconds} s")
        time.sleep(0.001)
    return (time.monotonic() - since) * 1000


async def ask(port, path, took, statuses):
    start = time.perf_counter()
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 10)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n".encode())
        first = await asyncio.wait_for(reader.readline(), 10)
        await asyncio.wait_for(reader.read(), 10)
        writer.close()
        if first:
            took.append((time.perf_counter() - start) * 1000)
            statuses[first.split()[1].decode()] += 1


async def ask_steadily(port, path, rate, count):
    took, statuses, asking, start = [], collections.Counter(), [], time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0, start + number / rate - time.perf_counter()))
        asking.append(asyncio.ensure_future(ask(port, path, took, statuses)))
    await asyncio.gather(*asking)
    return sorted(took), statuses


def steady(port, path, rate=200, count=1000):
    """Percentiles in milliseconds of answers to `rate` probes a second, how many were 200 and 503, and how many had none within 10 s."""
    gc.disable()  # thousands of requests are kept, and looking through them took 20 ms of a client's time
    try:
        took, statuses = asyncio.run(ask_steadily(port, path, rate, count))
    finally:
        gc.enable()
    at = lambda part: round(took[min(int(part * len(took)), len(took) - 1)], 2) if took else None  # noqa: E731
    return {"p50": at(0.5), "p99": at(0.99), "p999": at(0.999), "max": at(1), "healthy": statuses["200"], "unhealthy": statuses["503"], "unanswered": count - len(took)}
