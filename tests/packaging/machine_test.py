"""The packaged service under a real systemd, from installation to removal, beside a real PostgreSQL and a real Redis."""
import contextlib
import json
import subprocess
import time

import pytest

from .machine import TREE, booted, no_machine, until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(no_machine() is not None, reason=f"no systemd can be booted here: {no_machine()}")]

PASSWORD = "correct horse battery staple"
CHECKS = """
  database: {checker: postgres, with: {url: "postgresql://health@127.0.0.1:5444/postgres", password: "${credential:database-password}"}}
  cache: {checker: redis, isolation: process, interval: 200ms, with: {url: "redis://127.0.0.1:6390"}}
"""
SHOW = "systemctl show probehost --value -p "
APT = "apt-get -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install --yes --no-install-recommends "
# What a service in a sandbox must not be able to do; says what it could.
MISDEEDS = """#!/bin/sh
could=
for try in 'touch /etc/x' 'touch /usr/x' 'touch /var/lib/x' 'ls /root' 'cat /etc/shadow' 'ls /proc/1/cwd' 'cat /proc/meminfo' \\
    'cp /bin/true /tmp/x && /tmp/x' 'cp /bin/true /var/lib/probehost/x && /var/lib/probehost/x' 'unshare --user true' 'mknod /tmp/n c 1 3' \\
    'chmod u+s /tmp/x' 'python3 -c "import socket; socket.socket(socket.AF_PACKET)"' 'hostname nobody' 'dmesg -n 1' \\
    'python3 -c "import mmap; mmap.mmap(-1, 4096, prot=7)"'; do
    sh -c "$try" >/dev/null 2>&1 && could="$could$try; "
done
echo "could: ${could:-nothing}"
[ -z "$could" ]
"""
# Asks over and over with new connections until its input ends; prints how often, and what went wrong.
ASKER = """
import socket, sys, threading
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
count, wrong = 0, []
while not ended.is_set():
    count += 1
    try:
        with socket.create_connection(("127.0.0.1", 8000), timeout=20) as client:
            client.sendall(b"GET /health HTTP/1.1\\r\\nHost: probe\\r\\n\\r\\n")
            first = client.recv(100)
            if not first.startswith(b"HTTP/1.1 200"): wrong.append(repr(first))
    except OSError as failure:
        wrong.append(repr(failure))
    ended.wait(0.003)
print(count, wrong[:5])
"""
# Sends the service a signal, and prints how many seconds later it answers again.
BACK = """
import os, signal, socket, sys, time
os.kill(int(sys.argv[1]), signal.Signals[sys.argv[2]])
start = time.monotonic()
first = b""
while not first.startswith(b"HTTP/1.1 200"):
    try:
        with socket.create_connection(("127.0.0.1", 8000), timeout=0.1) as client:
            client.sendall(b"GET /health HTTP/1.1\\r\\nHost: probe\\r\\n\\r\\n")
            first = client.recv(100)
    except OSError:
        time.sleep(0.005)
print(time.monotonic() - start)
"""


@pytest.fixture(scope="module")
def machine(installed, newer, tmp_path_factory):
    directory = tmp_path_factory.mktemp("machine") / f"probehost-{time.monotonic_ns() % 100000}"
    directory.mkdir()
    with contextlib.ExitStack() as stack:
        try:
            machine = stack.enter_context(booted(TREE, directory))
        except OSError as refused:
            pytest.skip(f"no systemd can be booted here: {refused}")
        machine.run("mkdir /root/old /root/new")
        for name, some in (("old", installed), ("new", newer)):
            for file in some.values():
                machine.take(file, name)
        machine.write("/root/asker.py", ASKER)
        machine.write("/root/back.py", BACK)
        machine.write("/usr/local/bin/misdeeds", MISDEEDS, "755")
        yield machine


@pytest.fixture(scope="module")
def peers(machine):
    machine.run("pg_createcluster --port 5444 15 probes && pg_ctlcluster 15 probes start")
    machine.run(f"""su postgres -c "psql -p 5444 -c \\"CREATE ROLE health LOGIN PASSWORD '{PASSWORD}'\\"" """)
    machine.run("systemd-run --unit=cache redis-server --port 6390 --save ''")
    return machine


@pytest.fixture
def service(machine):
    """Configured and started anew; with what else the unit is to have."""
    def start(checks=" {}", server="{drain_delay: 300ms}", dropin="[Service]\nWatchdogSec=3s\n"):
        machine.write("/etc/probehost/probehost.yaml", f"server: {server}\nchecks:{checks}\n")
        machine.write("/etc/systemd/system/probehost.service.d/test.conf", dropin)
        machine.run("systemctl daemon-reload; systemctl restart probehost", check=False)
        return machine
    return start


@pytest.fixture
def with_peers(peers, service):
    credential = "[Service]\nLoadCredential=database-password:/etc/probehost/credentials/database-password\nWatchdogSec=3s\n"
    peers.write("/etc/probehost/credentials/database-password", PASSWORD + "\n", "600")
    peers.run("chmod 700 /etc/probehost/credentials")
    return service(CHECKS, dropin=credential)


def status(machine, path="/health", port=8000):
    return machine.says(f"curl -s -o /dev/null -m 15 -w '%{{http_code}}' http://127.0.0.1:{port}{path} || true")


def shown(machine, name):
    return machine.says(SHOW + name)


def test_it_installs_and_starts_as_it_is(machine):
    machine.run(f"{APT} /root/old/*.deb")
    assert shown(machine, "ActiveState") == "inactive"  # who installed it configures it first
    assert status(machine) == "000"
    machine.run("systemctl enable --now probehost")
    assert (shown(machine, "ActiveState"), shown(machine, "SubState")) == ("active", "running")
    assert shown(machine, "StatusText") == "ready, 0 checks"
    assert status(machine) == "200"
    assert machine.says("probehost reload") == "reloaded"


def test_it_looks_at_postgresql_and_redis(with_peers):
    assert [status(with_peers, path) for path in ("/health", "/health/ready", "/health/started")] == ["200", "200", "200"]
    assert shown(with_peers, "StatusText") == "ready, 2 checks"
    worker = with_peers.says("pgrep probehost-worke")  # which keeps its own sandbox inside of the service's
    assert with_peers.says(f"cat /proc/{worker}/oom_score_adj") == "800"
    assert with_peers.says(f"prlimit --pid {worker} --as --output SOFT --noheadings") == str(1 << 30)
    assert int(with_peers.says(f"sed -n 's/^Seccomp_filters:.//p' /proc/{worker}/status")) > int(
        with_peers.says(f"sed -n 's/^Seccomp_filters:.//p' /proc/{shown(with_peers, 'MainPID')}/status"))
    with_peers.run("systemctl stop cache")
    until(lambda: shown(with_peers, "StatusText") == "not ready: cache: Connection refused", 10, "the status says so")
    assert status(with_peers, "/health/ready") == "503"
    with_peers.run("systemd-run --unit=cache redis-server --port 6390 --save ''")
    until(lambda: status(with_peers, "/health/ready") == "200", 10, "ready again")


def test_credentials_are_for_the_service_alone(with_peers):
    place = "/run/credentials/probehost.service/database-password"
    assert with_peers.says(f"cat {place}") == PASSWORD
    for user in ("nobody", "postgres"):
        assert with_peers.run(f"su -s /bin/sh {user} -c 'cat {place}'", check=False).returncode != 0
        assert with_peers.run(f"su -s /bin/sh {user} -c 'cat /etc/probehost/credentials/database-password'", check=False).returncode != 0
    everywhere = with_peers.says("journalctl -u probehost; curl -s http://127.0.0.1:8000/health/ready?verbose; cat /proc/$(pidof probehost)/environ")
    assert PASSWORD not in everywhere


def test_a_reload_takes_and_a_broken_one_leaves(machine, service):
    service()
    machine.write("/etc/probehost/probehost.yaml", "service: reloaded\nchecks: {}\n")
    machine.run("systemctl reload probehost")
    assert "reloaded" in machine.says("curl -s http://127.0.0.1:8000/health")
    machine.write("/etc/probehost/probehost.yaml", "service: broken\nchecks: {a: {checker: nothing}}\n")
    assert machine.run("systemctl reload probehost", check=False).returncode != 0
    assert "reloaded" in machine.says("curl -s http://127.0.0.1:8000/health")
    assert shown(machine, "ActiveState") == "active"
    assert "not reloaded: /etc/probehost/probehost.yaml:2: checks.a.checker" in shown(machine, "StatusText")


def test_a_broken_configuration_is_told_by_systemctl_status(machine, service):
    service(" {a: {checker: nothing}}")
    assert (shown(machine, "ActiveState"), shown(machine, "Result"), shown(machine, "NRestarts")) == ("failed", "exit-code", "0")
    text = machine.run("systemctl status probehost", check=False).stdout
    assert "/etc/probehost/probehost.yaml:2: checks.a.checker" in text.partition("Status: ")[2].split("\n")[0]


def test_the_sandbox_denies(machine, service):
    assert "touch /etc/x; " in machine.run("/usr/local/bin/misdeeds", check=False).stdout  # as root, outside
    machine.run("rm -f /etc/x /usr/x /var/lib/x /tmp/x /tmp/n")
    service(" {sandbox: {checker: exec, timeout: 20s, with: {command: [/usr/local/bin/misdeeds], message: output}}}")
    answer = json.loads(until(lambda: "No result" not in (body := machine.says("curl -s http://127.0.0.1:8000/health/ready")) and body, 30,
                              "a result"))
    assert answer["checks"]["sandbox"].get("error", "") == "" and answer["checks"]["sandbox"]["healthy"]
    pid = shown(machine, "MainPID")
    state = dict(line.split(":\t", 1) for line in machine.says(f"cat /proc/{pid}/status").splitlines())
    assert (state["CapEff"].strip("0"), state["CapBnd"].strip("0"), state["NoNewPrivs"], state["Seccomp"]) == ("", "", "1", "2")
    assert int(state["Uid"].split("\t")[0]) >= 61184  # of a dynamic user


def back_after(machine, kind):
    """Seconds until another process answers."""
    pid = shown(machine, "MainPID")
    took = float(machine.says(f"python3 /root/back.py {pid} {kind}"))
    assert shown(machine, "MainPID") not in (pid, "0")
    return took


def test_who_dies_or_freezes_is_replaced(machine, service):
    service()
    killed, frozen = back_after(machine, "SIGKILL"), back_after(machine, "SIGSTOP")
    print(f"killed: back after {killed:.2f} s; frozen: after {frozen:.2f} s")
    assert killed <= 1.5
    assert frozen <= 3 + 1.5  # the watchdog's time first
    assert "watchdog" in machine.says("journalctl -u probehost -n 50").lower()


def test_a_stop_drains(machine, service):
    service(server="{drain_delay: 3s}")
    machine.run("systemctl stop --no-block probehost")
    until(lambda: status(machine, "/health/ready") == "503", 5, "not ready")
    assert status(machine) == "200"
    assert shown(machine, "StatusText") == "draining, 0 checks"
    until(lambda: shown(machine, "ActiveState") == "inactive", 10, "stopped")
    assert (shown(machine, "Result"), shown(machine, "ExecMainStatus")) == ("success", "0")


def test_the_journal_has_lines_with_priorities(with_peers):
    lines = [json.loads(line) for line in with_peers.says("journalctl -u probehost -t probehost -o json").splitlines()]
    assert len(lines) > 10
    for line in lines:
        assert isinstance(line["MESSAGE"], str) and "\n" not in line["MESSAGE"] and not line["MESSAGE"].startswith("<"), line
    assert {line["PRIORITY"] for line in lines if line["MESSAGE"].startswith("warning: check")} == {"4"}


def test_several_services_live_side_by_side(machine, service):
    service()
    machine.write("/etc/probehost/other/probehost.yaml", 'service: other\nserver: {listen: ["127.0.0.1:8001"], drain_delay: 0s}\nchecks: {}\n')
    machine.run("systemctl start probehost@other")
    assert '"service":"other"' in machine.says("curl -s http://127.0.0.1:8001/health")
    assert status(machine) == "200"
    machine.run("systemctl reload probehost@other && probehost reload --admin unix:/run/probehost-other/admin.sock")
    machine.run("systemctl stop probehost@other")
    assert status(machine, port=8001) == "000"


def test_a_plugin_is_in_service_as_soon_as_it_is_installed(machine, service):
    machine.run("apt-get -qq remove --yes probehost-plugins-extra probehost-all")
    service()
    machine.write("/etc/probehost/conf.d/port.yaml", "checks: {port: {checker: tcp, with: {host: 127.0.0.1, port: 8000}}}\n")
    machine.run(f"{APT} /root/old/probehost-plugins-extra_*.deb /root/old/probehost-all_*.deb")
    until(lambda: '"port":{"healthy":true' in machine.says("curl -s http://127.0.0.1:8000/health/ready"), 10, "the new check")
    machine.run("rm /etc/probehost/conf.d/port.yaml")


def test_an_upgrade_under_load_refuses_no_probe(machine, service):
    service()
    machine.run("systemctl stop probehost && systemctl enable --now probehost.socket && systemctl start probehost")
    assert "(the service manager's)" in machine.says("journalctl -u probehost -n 5")
    before = shown(machine, "MainPID")
    asker = subprocess.Popen(machine.command("exec python3 /root/asker.py"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    machine.run(f"{APT} /root/new/*.deb")
    after = shown(machine, "MainPID")
    machine.run("systemctl restart probehost")
    said, _ = asker.communicate(timeout=60)
    count, wrong = said.split(" ", 1)
    assert wrong.strip() == "[]" and int(count) > 100
    assert len({before, after, shown(machine, "MainPID")}) == 3
    assert machine.says("dpkg-query -W -f '${Version}' probehost") == "0.2.0"
    assert machine.says("tail -n 1 /etc/probehost/probehost.yaml") == "checks: {}"


def test_low_ports_need_no_privilege(machine, service):
    machine.run("systemctl stop probehost.socket probehost")
    machine.write("/etc/systemd/system/probehost.socket.d/port.conf", "[Socket]\nListenStream=\nListenStream=80\n")
    machine.run("systemctl daemon-reload && systemctl start probehost.socket")
    service()
    assert status(machine, port=80) == "200"
    machine.run("systemctl disable --now probehost.socket && systemctl stop probehost && rm -r /etc/systemd/system/probehost.socket.d")


def test_an_upgrade_that_cannot_start_says_so_and_keeps_the_file(machine, service):
    service()
    machine.write("/etc/probehost/probehost.yaml", "checks: {a: {checker: nothing}}\n")
    said = machine.run(f"{APT} --allow-downgrades /root/old/*.deb")
    assert '"systemctl status probehost" says why' in said.stderr + said.stdout
    assert machine.says("cat /etc/probehost/probehost.yaml") == "checks: {a: {checker: nothing}}"


def test_an_application_speaks_for_itself_when_it_is_the_services_user(machine, service):
    machine.run("useradd --system ai-service")
    application = machine.says("cat /usr/share/doc/probehost/examples/application.conf")
    service(" {embedding: {checker: model, with: {source: app, key: embedding}, interval: 200ms}}", dropin=application)
    assert (shown(machine, "ActiveState"), status(machine, "/health/started")) == ("active", "503")
    say = """import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"MODEL=embedding loaded", "/run/probehost/notify.sock")"""
    assert machine.run(f"runuser -u nobody -- /usr/bin/python3 -c '{say}'", check=False).returncode != 0
    machine.run(f"runuser -u ai-service -- /usr/bin/python3 -c '{say}'")
    until(lambda: status(machine, "/health/started") == "200", 10, "what the application said was heard")


def test_nothing_is_left_after_a_removal(machine, service):
    service()
    machine.run("systemctl enable --now probehost@other")
    machine.run("mkdir /var/lib/probehost-backup")
    assert (status(machine), status(machine, port=8001)) == ("200", "200")
    machine.run("apt-get -qq remove --yes 'probehost*'")
    assert (status(machine), status(machine, port=8001)) == ("000", "000")
    machine.run("rm -r /etc/systemd/system/probehost.service.d /etc/probehost/credentials /etc/probehost/other; "
                "apt-get -qq purge --yes 'probehost*'; systemctl daemon-reload; systemctl reset-failed")
    machine.run("rmdir /var/lib/probehost-backup")  # which is not the package's
    assert machine.says("find /etc /lib/systemd /var/lib /run -xdev -name '*probehost*' -not -path '/var/lib/dpkg/*'") == ""
    assert machine.says("systemctl list-unit-files 'probehost*' --no-legend || true") == ""
