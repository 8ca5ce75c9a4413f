"""A real server as a child process: own log, waited for with a deadline, pausable, dead with its parent."""
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .peer import Peer, PeerError, answers, remove, wait_until

# The kernel sends the death signal when the *thread* that forked ends, so one thread that lives
# as long as the program forks for everybody.
_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def as_user(user, death_signal="KILL"):
    """The start of an argv that drops to `user` (None: nobody else) and ties the process to its parent."""
    drop = ["--reuid", user, "--regid", user, "--init-groups"] if user else []
    return ["setpriv", *drop, "--pdeathsig", death_signal, "--"]


def run(argv, user=None, text=None, env=None, timeout=60):
    """Runs a command to its end and gives its standard output; a failure is a PeerError with its words."""
    try:
        done = subprocess.run(as_user(user) + argv, input=text, capture_output=True, text=True, cwd="/",
                              env={**ENVIRONMENT, **(env or {})}, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"{argv[0]}: not within {timeout} s") from error
    if done.returncode:
        raise PeerError(f"{argv[0]}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def wakes(pid):
    """How often each thread of the process went to sleep so far, by its name and number."""
    times = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii", errors="replace") as status:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
        times[fields["Name"], task] = int(fields["voluntary_ctxt_switches"])
    return times


def family(pid):
    """The process and all its descendants, parents first: PostgreSQL's backends leave its process group."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry))
    found = [pid]
    for member in found:
        found.extend(children.get(member, []))
    return found


class Child:
    def __init__(self, argv, log, user=None, env=None, death_signal="KILL"):
        self.log = log
        with open(log, "ab") as output:
            self._log_start = output.tell()
            self._process = _launcher.submit(
                subprocess.Popen, as_user(user, death_signal) + argv, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd="/", env={**ENVIRONMENT, **(env or {})}, start_new_session=True).result()
        self.pid = self._process.pid

    @property
    def running(self):
        return self._process.poll() is None

    def log_text(self):
        """What this process said; earlier ones may have written to the same file."""
        with open(self.log, "rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def wait_until(self, condition, timeout=15):
        def ready():
            if not self.running:
                raise PeerError(f"ended with {self._process.returncode}:\n{self.log_text()[-2000:]}")
            return condition()
        wait_until(ready, timeout, f"start of pid {self.pid}")

    def wait_for(self, address, timeout=15):
        self.wait_until(lambda: answers(address), timeout)

    def pause(self):
        self._signal_family(signal.SIGSTOP)

    def resume(self):
        self._signal_family(signal.SIGCONT)

    def stop(self, number=signal.SIGTERM, timeout=10):
        """Asks with a signal, and kills the whole family when the deadline passes."""
        if self.running:
            self._process.send_signal(number)
            self.resume()
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        self._signal_family(signal.SIGKILL)
        self._process.wait(10)

    def _signal_family(self, number):
        if self.running:
            for pid in family(self.pid):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass


class ServerPeer(Peer):
    """A peer that is a real process: `_start` fills `dir` and calls `_launch`, which fills `child`."""

    stop_signal = signal.SIGTERM
    crash_signal = signal.SIGKILL

    def __init__(self):
        super().__init__()
        self.dir = self.child = None

    def _stop(self):
        if self.child:
            self.child.stop(self.stop_signal)
        if self.dir:
            remove(self.dir)
        self.dir = self.child = None

    def pause(self):
        """The kernel goes on accepting connections; nobody answers them."""
        self.child.pause()

    def resume(self):
        self.child.resume()

    def down(self, crash=False):
        """Ends the server and keeps its port and data; `up` brings it back."""
        self.child.stop(self.crash_signal if crash else self.stop_signal)

    def up(self):
        self._launch()

    def restart(self, crash=False):
        self.down(crash)
        self.up()
