"""A throwaway PostgreSQL: SCRAM user `health`, database `app`, optional TLS, real streaming standbys."""
import argparse
import atexit
import functools
import glob
import os
import shutil
import signal

from .peer import HOST, give, remove, run_until_stopped, server_user, temp_dir, wait_until
from .process import Child, ServerPeer, run

USER = "health"
PASSWORD = "health-peer-password"
DATABASE = "app"
FAST = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=8MB", "jit=off",
        "autovacuum=off", "max_wal_senders=4", "logging_collector=off", f"listen_addresses={HOST}"]


@functools.cache
def programs():
    """Debian keeps the server's programs out of the PATH, one directory per major version."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    return found[-1] if found else "/usr/bin"


@functools.cache
def template():
    """One initialised data directory per program run; every cluster is a copy of it."""
    base = temp_dir("pgtemplate", server_user())
    atexit.register(remove, base)
    run([f"{programs()}/initdb", "-D", f"{base}/data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
         "--no-sync", "--auth=trust"], server_user())
    run([f"{programs()}/postgres", "--single", "-j", "-D", f"{base}/data", "postgres"], server_user(),
        text=f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}';\n\n"
             f"CREATE DATABASE {DATABASE} OWNER {USER};\n\n")
    return f"{base}/data"


class Postgres(ServerPeer):
    """`tls` is a Certificate; with it, TCP clients must use TLS. `settings` are extra `name=value` lines."""

    user, password, database = USER, PASSWORD, DATABASE
    stop_signal = signal.SIGINT
    # Not SIGKILL: on SIGQUIT the server dies at once too, but takes its backends and shared memory with it.
    crash_signal = signal.SIGQUIT

    def __init__(self, tls=None, max_connections=20, settings=(), primary=None):
        super().__init__()
        self.tls = tls
        self.primary = primary
        self.settings = [*FAST, f"max_connections={max_connections}", *settings]
        self.max_connections = max_connections

    @classmethod
    def standby(cls, of, tls=None, settings=()):
        """A hot standby that streams from `of`, which must be running when this one starts."""
        return cls(tls, of.max_connections, settings, of)

    @property
    def data(self):
        return f"{self.dir}/data"

    @property
    def url(self):
        """Without the password, as a configuration would have it."""
        return f"postgresql://{USER}@{HOST}:{self.port}/{DATABASE}"

    def _start(self):
        self.dir = temp_dir("pg", server_user())
        if self.primary:
            run([f"{programs()}/pg_basebackup", "-h", self.primary.dir, "-p", str(self.primary.port),
                 "-U", "postgres", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "--no-sync"],
                server_user())
        else:
            run(["cp", "-a", "--reflink=auto", template(), self.data], server_user())
        self._write_access()
        self._launch()

    def _write_access(self):
        kind = "hostssl" if self.tls else "host"
        with open(f"{self.data}/pg_hba.conf", "w", encoding="ascii") as access:
            access.write("local all postgres trust\nlocal replication postgres trust\n"
                         f"local all all scram-sha-256\n{kind} all all {HOST}/32 scram-sha-256\n")
        if self.tls:
            for source, name in ((self.tls.cert, "server.crt"), (self.tls.key, "server.key")):
                shutil.copyfile(source, f"{self.data}/{name}")
                os.chmod(f"{self.data}/{name}", 0o600)
                give(f"{self.data}/{name}", server_user())

    def _launch(self):
        settings = [*self.settings, f"port={self.port}", f"unix_socket_directories={self.dir}",
                    f"ssl={'on' if self.tls else 'off'}"]
        flags = [part for setting in settings for part in ("-c", setting)]
        self.child = Child([f"{programs()}/postgres", "-D", self.data, *flags], f"{self.dir}/log",
                           server_user(), death_signal="QUIT")
        self.child.wait_until(self._ready, 30)

    def _ready(self):
        """The eighth line of postmaster.pid is the server's own word on this, and costs no connection."""
        try:
            with open(f"{self.data}/postmaster.pid", encoding="ascii") as file:
                return file.read().split("\n")[7].strip() == "ready"
        except (OSError, IndexError):
            return False

    def sql(self, text, database=DATABASE):
        """As superuser through the Unix socket: rows by line, columns by `|`."""
        return run(["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.dir, "-p", str(self.port),
                    "-U", "postgres", "-d", database], text=text).strip()

    def promote(self):
        self.sql("SELECT pg_promote(true, 30)")
        wait_until(lambda: self.sql("SELECT pg_is_in_recovery()") == "f", 30, "promotion")


if __name__ == "__main__":
    argparse.ArgumentParser(description="Runs a throwaway PostgreSQL until SIGTERM.").parse_args()
    SERVER = Postgres()
    run_until_stopped(SERVER, user=USER, password=PASSWORD, database=DATABASE, url=SERVER.url,
                      pid=lambda: SERVER.child.pid)
