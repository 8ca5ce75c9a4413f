"""A throwaway redis-server: plain or TLS, password, ACL users, Unix socket, replica, one-node cluster."""
import argparse
import os
import secrets

from .peer import HOST, bound_socket, run_until_stopped, temp_dir, wait_until
from .process import Child, ServerPeer, run


class Redis(ServerPeer):
    """`tls` is a Certificate, `client_ca` a file whose clients alone are let in, `users` are ACL lines like
    `health on >secret -@all +ping`, `settings` are extra configuration lines (`maxclients 5`, `timeout 1`).
    `socket` is the path of its Unix socket."""

    def __init__(self, password="", users=(), tls=None, client_ca=None, replica_of=None, cluster=False,
                 settings=()):
        super().__init__()
        self.password = password
        self.users = users
        self.tls = tls
        self.client_ca = client_ca
        self.replica_of = replica_of
        self.cluster = cluster
        self.settings = settings
        self._bus = None
        self._admin_password = secrets.token_hex(16)

    @property
    def socket(self):
        return f"{self.dir}/redis.sock"

    def _start(self):
        self.dir = temp_dir("redis")
        if self.cluster:
            self._bus = bound_socket()
        path = f"{self.dir}/redis.conf"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write("\n".join(self._lines()) + "\n")
        self._launch()

    def _lines(self):
        """The `admin` user is how `command` gets in whatever the test did to the default user."""
        lines = [f"bind {HOST}", f"dir {self.dir}", f"unixsocket {self.socket}", 'save ""', "databases 4",
                 "repl-diskless-sync-delay 0", f"user admin on >{self._admin_password} ~* &* +@all"]
        lines += [f"user {user}" for user in self.users]
        lines += [f"requirepass {self.password}"] if self.password else []
        lines += self._tls_lines() if self.tls else [f"port {self.port}"]
        if self.replica_of:
            lines += [f"replicaof {HOST} {self.replica_of.port}", "masteruser admin",
                      f"masterauth {self.replica_of._admin_password}"]
        if self.cluster:
            lines += ["cluster-enabled yes", f"cluster-port {self._bus.getsockname()[1]}"]
        return lines + list(self.settings)

    def _tls_lines(self):
        lines = ["port 0", f"tls-port {self.port}", f"tls-cert-file {self.tls.cert}",
                 f"tls-key-file {self.tls.key}"]
        if self.client_ca:
            return lines + [f"tls-ca-cert-file {self.client_ca}", "tls-auth-clients yes"]
        return lines + ["tls-auth-clients no"]

    def _launch(self):
        self.child = Child(["redis-server", f"{self.dir}/redis.conf"], f"{self.dir}/log")
        # Its own word, not a connection: that would count as a client for a moment.
        self.child.wait_until(lambda: "Ready to accept connections" in self.child.log_text())

    def _stop(self):
        super()._stop()
        if self._bus:
            self._bus.close()
            self._bus = None

    def command(self, *words):
        """One command as the `admin` user over the Unix socket; the answer as redis-cli prints it."""
        return run(["redis-cli", "-e", "-s", self.socket, "--user", "admin", *map(str, words)],
                   env={"REDISCLI_AUTH": self._admin_password}).strip()

    def cluster_ok(self):
        """Gives this node every slot; Redis itself holds `cluster_state:fail` for its first two seconds."""
        self.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        self._wait_for_cluster("ok")

    def cluster_fail(self):
        self.command("CLUSTER", "DELSLOTSRANGE", 0, 16383)
        self._wait_for_cluster("fail")

    def _wait_for_cluster(self, state):
        told = f"cluster_state:{state}"
        wait_until(lambda: told in self.command("CLUSTER", "INFO"), 10, told)

    def wait_until_synced(self):
        told = "master_link_status:up"
        wait_until(lambda: told in self.command("INFO", "replication"), 15, told)


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description="Runs a throwaway redis-server until SIGTERM.")
    PARSER.add_argument("--password", default="")
    SERVER = Redis(PARSER.parse_args().password)
    run_until_stopped(SERVER, url=f"redis://{HOST}:{SERVER.port}/0", pid=lambda: SERVER.child.pid)
