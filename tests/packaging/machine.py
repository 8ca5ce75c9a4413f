"""A Debian of the test's own, with a running systemd, that is gone afterwards."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

HERE = pathlib.Path(__file__).parent
CONTROLLERS = ["systemd", "unified", "pids", "memory", "cpu"]


# What machines are copies of: a Debian 12 with apt, PostgreSQL and Redis. This very one, unless told otherwise.
TREE = os.environ.get("PROBEHOST_MACHINE_TREE", "/")


def missing(needs=("systemd-nspawn", "nsenter", "unshare")):
    """Why there can be no machine here; None when there can."""
    if os.geteuid() != 0:
        return "only root can make a copy of a machine"
    for program in needs:
        if not shutil.which(program):
            return f"{program} is not installed"
    return refused("mounting is not allowed", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt")


def no_machine():
    """Why none can be booted that is whole, with a service in a user namespace of its own."""
    return missing() or refused("no user namespaces can be made, as in a chroot", "--user", "true")


def refused(what, *trial):
    tried = subprocess.run(["unshare", *trial], capture_output=True, text=True, check=False)
    return f"{what}: {tried.stderr.strip()}" if tried.returncode else None


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return value


class Machine:
    def __init__(self, tree, directory):
        self.dir = pathlib.Path(directory)
        self.log = self.dir / "log"
        for name in ("layers", "root"):
            (self.dir / name).mkdir()
        with open(self.log, "wb") as log:
            command = ["unshare", "--mount", "--propagation", "private", "bash", HERE / "boot.sh", tree, self.dir]
            self.nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.leader = None

    def boot(self):
        end = time.monotonic() + 90
        while not self.is_running():
            if time.monotonic() > end:
                raise OSError("it does not come up within 90 s " + self.log.read_text(errors="replace").strip()[-400:])
            time.sleep(0.05)

    def is_running(self):
        if self.nspawn.poll() is not None:
            raise OSError(self.log.read_text(errors="replace").strip()[-400:])
        self.leader = self.first_process()
        return self.leader and self.run("systemctl is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def first_process(self):
        """A child of nspawn's; but others of its children are of this very machine, in which no test may do anything."""
        children = subprocess.run(["pgrep", "-P", str(self.nspawn.pid)], capture_output=True, text=True, check=False).stdout.split()
        ours = os.readlink("/proc/self/ns/pid")
        for child in children:
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{child}/ns/pid") != ours:
                    return child
        return None

    def command(self, words):
        return ["nsenter", "-t", self.leader, "--root", "--wd", "-m", "-u", "-i", "-n", "-p", "-C", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_PAGER=", "bash", "-c", f"cd /; {words}"]

    def run(self, words, check=True, timeout=120):
        done = subprocess.run(self.command(words), capture_output=True, text=True, check=False, timeout=timeout, stdin=subprocess.DEVNULL)
        assert not check or done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done

    def says(self, words):
        return self.run(words).stdout.strip()

    def write(self, path, text, mode="644"):
        subprocess.run(self.command(f"mkdir -p $(dirname {path}); cat >{path}; chmod {mode} {path}"), input=text, text=True, check=True,
                       timeout=60)

    def take(self, file, directory):
        """A file of this machine's, into a directory of its root's home."""
        with open(file, "rb") as source:
            subprocess.run(self.command(f"cat >/root/{directory}/{file.name}"), stdin=source, check=True, timeout=60)

    def end(self):
        if self.leader:
            with contextlib.suppress(subprocess.TimeoutExpired, OSError):
                self.run("systemctl poweroff", check=False, timeout=20)
                self.nspawn.wait(20)
        if self.nspawn.poll() is None:
            if first := self.first_process():  # which would outlive nspawn
                os.kill(int(first), signal.SIGKILL)
            os.killpg(self.nspawn.pid, signal.SIGKILL)
            self.nspawn.wait(20)
        until(self.groups_are_gone, 10, "the control groups are empty")

    def groups_are_gone(self):
        groups = [pathlib.Path("/sys/fs/cgroup", controller, self.dir.name) for controller in CONTROLLERS]
        for group in (below for one in groups for below in sorted(one.glob("**/"), reverse=True)):
            with contextlib.suppress(OSError):
                group.rmdir()
        return not any(group.exists() for group in groups)


@contextlib.contextmanager
def booted(tree, directory):
    machine = Machine(tree, directory)
    try:
        machine.boot()
        yield machine
    finally:
        machine.end()
