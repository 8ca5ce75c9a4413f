"""PostgreSQL, PgBouncer and Redis, each asked by its own vendor's client, and what ends them."""
import glob
import json
import os
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from .peer import HOST, PeerError, answers, wait_until
from .pgbouncer import PgBouncer
from .postgres import PASSWORD, Postgres
from .process import run
from .redis import Redis

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def psql(server, password=PASSWORD, host=HOST, port=None, **options):
    settings = " ".join(f"{name}={value}" for name, value in options.items())
    conninfo = f"host={host} port={port or server.port} dbname=app user=health connect_timeout=2 {settings}"
    return run(["psql", "-X", "-Atc", "SELECT 1", conninfo], env={"PGPASSWORD": password}, timeout=3).strip()


def redis_cli(server, *words, user=None, password="", socket_path=None, tls=()):
    address = ["-h", "localhost" if tls else HOST, "-p", str(server.port)]
    where = ["-s", socket_path] if socket_path else address
    who = ["--user", user] if user else []
    env = {"REDISCLI_AUTH": password} if password else {}
    return run(["redis-cli", *where, *who, *tls, *words], env=env, timeout=3).strip()


def test_postgres_takes_scram_passwords():
    with Postgres() as server:
        assert psql(server) == "1"
        assert psql(server, host=server.dir) == "1"
        kept = "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname='health'"
        assert server.sql(kept) == "t"
        with pytest.raises(PeerError, match="password authentication failed"):
            psql(server, password="wrong")


def test_postgres_pauses_resumes_restarts_and_crashes():
    with Postgres() as server:
        server.pause()
        with pytest.raises(PeerError, match="not within|timeout expired"):
            psql(server)
        server.resume()
        assert psql(server) == "1"
        server.down()
        with pytest.raises(PeerError, match="Connection refused"):
            psql(server)
        server.up()
        server.restart(crash=True)
        assert psql(server) == "1"


def test_postgres_stops_while_paused():
    with Postgres() as server:
        server.pause()


def test_postgres_runs_out_of_slots():
    with Postgres(max_connections=4) as server:
        assert server.sql("SHOW max_connections") == "4"
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname='app'"
        with subprocess.Popen(["psql", "-X", "-h", server.dir, "-p", str(server.port), "-U", "postgres",
                               "-d", "app"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL):
            wait_until(lambda: server.sql(count) == "2", 5, "the other session")
            with pytest.raises(PeerError, match="remaining connection slots are reserved"):
                psql(server)


def test_postgres_verifies_as_tls_server(authority):
    trust = {"sslmode": "verify-full", "sslrootcert": authority.ca_file}
    untrusted = "certificate verify failed"
    for certificate, complaint in ((authority.server(), None), (authority.expired(), untrusted),
                                   (authority.wrong_host(), "does not match"),
                                   (authority.self_signed(), untrusted)):
        with Postgres(tls=certificate) as server:
            if complaint is None:
                assert psql(server, host="localhost", hostaddr=HOST, **trust) == "1"
                with pytest.raises(PeerError, match="no encryption"):
                    psql(server, sslmode="disable")
            else:
                with pytest.raises(PeerError, match=complaint):
                    psql(server, host="localhost", hostaddr=HOST, **trust)


def test_postgres_standby_streams_and_is_promoted():
    with Postgres() as primary, Postgres.standby(of=primary) as standby:
        primary.sql("CREATE TABLE seen (n int)")
        wait_until(lambda: standby.sql("SELECT to_regclass('seen') IS NOT NULL") == "t", 10, "replication")
        assert psql(standby, target_session_attrs="standby") == "1"
        with pytest.raises(PeerError, match="session is read-only|recovery|hot standby"):
            psql(standby, target_session_attrs="primary")
        standby.promote()
        assert psql(standby, target_session_attrs="primary") == "1"


@pytest.mark.parametrize("auth", ["scram-sha-256", "trust"])
def test_pgbouncer_pools_transactions(auth):
    with Postgres() as server, PgBouncer(server, auth) as bouncer:
        assert psql(bouncer) == "1"
        with pytest.raises(PeerError, match="unsupported startup parameter"):
            psql(bouncer, options="'-c statement_timeout=1'")
        if auth != "trust":
            with pytest.raises(PeerError, match="SASL authentication failed|password"):
                psql(bouncer, password="wrong")
        bouncer.restart()
        assert psql(bouncer) == "1"
        bouncer.pause()
        with pytest.raises(PeerError, match="not within|timeout expired"):
            psql(bouncer)
        bouncer.resume()


def test_redis_takes_passwords_users_and_its_socket():
    with Redis(password="pw", users=["health on >hpw -@all +ping"]) as server:
        assert redis_cli(server, "PING") == "NOAUTH Authentication required."
        assert redis_cli(server, "PING", password="pw") == "PONG"
        assert redis_cli(server, "PING", user="health", password="hpw", socket_path=server.socket) == "PONG"
        assert "NOPERM" in redis_cli(server, "GET", "x", user="health", password="hpw")
        with pytest.raises(PeerError, match="ERR"):
            server.command("NOSUCH")


def test_redis_pauses_resumes_and_restarts():
    with Redis() as server:
        server.pause()
        with pytest.raises(PeerError, match="not within"):
            redis_cli(server, "PING")
        server.resume()
        server.restart(crash=True)
        assert redis_cli(server, "PING") == "PONG"


def test_redis_speaks_tls_with_and_without_client_certificates(authority):
    trust = ["--tls", "--cacert", authority.ca_file]
    mine = authority.client()
    with Redis(tls=authority.server()) as server:
        assert redis_cli(server, "PING", tls=trust) == "PONG"
    with Redis(tls=authority.server(), client_ca=authority.ca_file) as server:
        assert redis_cli(server, "PING", tls=[*trust, "--cert", mine.cert, "--key", mine.key]) == "PONG"
        refused = subprocess.run(["redis-cli", "-h", "localhost", "-p", str(server.port), *trust, "PING"],
                                 capture_output=True, text=True, timeout=5, check=False)
        assert "PONG" not in refused.stdout


def test_redis_replica_and_a_lost_master():
    with Redis(password="pw") as master, \
            Redis(replica_of=master, settings=["replica-serve-stale-data no"]) as replica:
        replica.wait_until_synced()
        assert redis_cli(replica, "ROLE").startswith("slave")
        master.down()
        wait_until(lambda: "MASTERDOWN" in redis_cli(replica, "PING"), 5, "MASTERDOWN")


def test_redis_cluster_state_is_ok_then_fails():
    with Redis(cluster=True) as server:
        assert redis_cli(server, "PING") == "PONG"
        server.cluster_ok()
        assert redis_cli(server, "SET", "a", "b") == "OK"
        server.cluster_fail()
        assert "CLUSTERDOWN" in redis_cli(server, "GET", "a")


def test_redis_runs_out_of_clients():
    with Redis(settings=["maxclients 1"]) as server, socket.create_connection((HOST, server.port)) as first:
        first.sendall(b"PING\r\n")
        assert first.recv(64) == b"+PONG\r\n"
        with socket.create_connection((HOST, server.port)) as second:
            assert second.recv(64) == b"-ERR max number of clients reached\r\n"


PROGRAM = """
import sys
sys.path.insert(0, {path!r})
from peers.peer import temp_dir
from peers.postgres import Postgres
from peers.redis import Redis
servers = [Postgres().start(), Redis().start()]
print(*[server.port for server in servers], flush=True)
{end}
"""


def program(end):
    path = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    command = [sys.executable, "-c", PROGRAM.format(path=path, end=end)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("end, death", [("input()", signal.SIGKILL), ("raise SystemExit(0)", None)])
def test_servers_end_with_the_program(end, death):
    with program(end) as started:
        ports = [int(port) for port in started.stdout.readline().split()]
        assert len(ports) == 2
        if death:
            started.send_signal(death)
        started.wait(20)
    wait_until(lambda: not any(answers((HOST, port)) for port in ports), 10, "the end of the servers")
    wait_until(lambda: not glob.glob(f"/tmp/probehost-*-{started.pid}-*"), 10, "the end of the directories")


@pytest.mark.parametrize("name, ask", [
    ("postgres", psql), ("redis", lambda server: redis_cli(server, "PING"))])
def test_servers_run_as_commands(name, ask):
    command = [sys.executable, os.path.dirname(os.path.abspath(__file__)), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        facts = json.loads(started.stdout.readline())
        assert ask(SimpleNamespace(**facts)) in ("1", "PONG")
        started.terminate()
        assert started.wait(10) == 0
    assert not answers((HOST, facts["port"]))
