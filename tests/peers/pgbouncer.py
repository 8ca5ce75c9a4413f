"""PgBouncer in transaction mode in front of a throwaway PostgreSQL."""
import os

from .peer import HOST, give, server_user, temp_dir
from .postgres import DATABASE, PASSWORD, USER
from .process import Child, ServerPeer

CONFIG = """[databases]
{database} = host={host} port={upstream} dbname={database}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = {auth}
auth_file = {dir}/users
pool_mode = transaction
default_pool_size = 5
stats_users = {user}
{settings}
"""


class PgBouncer(ServerPeer):
    """`auth` is `scram-sha-256` or `trust`; `settings` are extra `name = value` lines of its file."""

    user, password, database = USER, PASSWORD, DATABASE

    def __init__(self, upstream, auth="scram-sha-256", settings=()):
        super().__init__()
        self.upstream = upstream
        self.auth = auth
        self.settings = settings

    def _start(self):
        self.dir = temp_dir("pgbouncer", server_user())
        self._write("users", f'"{USER}" "{PASSWORD}"\n')
        self._write("pgbouncer.ini", CONFIG.format(
            host=HOST, port=self.port, upstream=self.upstream.port, auth=self.auth, dir=self.dir,
            user=USER, database=DATABASE, settings="\n".join(self.settings)))
        self._launch()

    def _write(self, name, text):
        path = f"{self.dir}/{name}"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(text)
        give(path, server_user())

    def _launch(self):
        self.child = Child(["pgbouncer", f"{self.dir}/pgbouncer.ini"], f"{self.dir}/log", server_user())
        self.child.wait_for((HOST, self.port))
