"""What figures were measured of, and on what."""
import os
import pathlib
import platform
import subprocess

RESULTS = pathlib.Path(__file__).resolve().parents[1] / "results"
PACKAGES = ["wrk", "nginx-light", "python3", "python3-fastapi", "python3-uvicorn", "python3-uvloop", "python3-httptools", "python3-asyncpg", "python3-redis",
            "python3-hiredis", "python3-httpx", "golang-go", "golang-github-alexliesenfeld-health-dev", "golang-github-lib-pq-dev",
            "golang-github-gomodule-redigo-dev", "prometheus-blackbox-exporter", "postgresql-15", "redis-server"]
NODE_PACKAGES = ["@godaddy/terminus@4.12.1", "pg@8.11.3", "redis@4.6.13"]


def commit():
    """In short, "-dirty" where the checkout has more than that but for results, which are written by what asks."""
    name = subprocess.run(["git", "describe", "--always", "--exclude=*"], capture_output=True, text=True, check=False, cwd=RESULTS).stdout.strip()
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ":/", f":(exclude){RESULTS}"], check=False, cwd=RESULTS).returncode
    return name + ("-dirty" if changed else "")


def versions():
    """probehost's commit, and what else has a part in the figures."""
    def said(*command):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=RESULTS)
        return ((done.stdout + done.stderr).strip().splitlines() or [""])[0]
    packages = [f"{name} {said('dpkg-query', '-W', '-f', '${Version}', name)}" for name in PACKAGES]
    return "; ".join([f"probehost {commit()}", *packages, f"node {said('node', '--version')}", *NODE_PACKAGES])


def machine():
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), "")
    return {"processors": f"{os.cpu_count()} of {model}", "system": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
            "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB", "versions": versions()}
