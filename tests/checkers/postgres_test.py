"""The postgres checker on healthy servers: every setting, every refusal, poolers, standbys, and what it keeps."""
import contextlib

import pytest
from peers.fault_proxy import FaultProxy
from peers.pgbouncer import PgBouncer
from peers.postgres import PASSWORD, Postgres

from . import loop
from .loop import said
from .postgres_case import CANARY, first, healthy, run, settings, until, url, watch


@pytest.fixture(scope="module")
def server():
    with Postgres() as running:
        running.sql("CREATE ROLE idle LOGIN PASSWORD 'idle-password'; CREATE ROLE barred NOLOGIN PASSWORD 'x';"
                    "CREATE TABLE hidden (a int); CREATE DATABASE closed;"
                    "REVOKE CONNECT ON DATABASE closed FROM PUBLIC;")
        yield running


@pytest.fixture(scope="module")
def bouncer(server):
    with PgBouncer(server) as running:
        yield running


def parts(server, **more):
    return {"host": "127.0.0.1", "port": server.port, "dbname": "app", "user": "health", "password": PASSWORD, **more}


def test_a_server_is_given_by_uri_by_pairs_or_by_parts(server):
    assert healthy(settings(server))
    assert healthy(settings(server, "localhost"))
    assert healthy({"url": url(server).replace("health@", f"health:{PASSWORD}@")})
    assert healthy({"url": f"host=127.0.0.1 port={server.port} dbname=app user=health password={PASSWORD}"})
    assert healthy({"url": f"hostaddr=127.0.0.1 port={server.port} dbname=app user=health password={PASSWORD}"})
    assert healthy(parts(server))
    assert healthy(parts(server, host="127.0.0.1", port=str(server.port), sslmode="disable"))
    assert healthy(parts(server, host="localhost", application_name="probe"))
    words = "connect_timeout=10&keepalives_idle=%2030&target_session_attrs=any&gssencmode=prefer&channel_binding=prefer"
    assert healthy(settings(server, url=url(server, options=f"?{words}")))


def test_a_unix_socket_works(server):
    assert healthy(parts(server, host=server.dir))


def test_the_connection_is_named(server):
    with watch(settings(server)) as running:
        until(running, "pass")
        names = server.sql("SELECT DISTINCT application_name FROM pg_stat_activity WHERE usename = 'health'")
        assert names == "probehost"


def test_many_checks_share_one_connection(server):
    with FaultProxy(server) as proxy:
        assert {said(result) for result in run(settings(proxy), runs=200)} == {"pass"}
        assert proxy.accepted == 1


@pytest.mark.parametrize("query, answer", [
    ("SELECT now()", "pass"), ("SELECT 1; SELECT 2", "pass"), (";", "pass"), ("SELECT 1 WHERE false", "pass"),
    ("SELECT 1 -- a comment", "pass"), ("SELECT NULL", "pass"), ("SELECT generate_series(1, 1000)", "pass"),
    ("DO $$ BEGIN RAISE NOTICE 'loud'; END $$", "pass"), ("SELECT * FROM nothing", "fail: Query failed"),
    ("nonsense", "fail: Query failed"), ("SELECT 1/0", "fail: Query failed"),
    ("COPY hidden TO STDOUT", "fail: Permission denied"),
    ("COPY (SELECT 1) TO STDOUT", "fail: Query failed"), ("SELECT * FROM hidden", "fail: Permission denied"),
    ("SET default_transaction_read_only = on; CREATE TEMP TABLE t (a int); SELECT 1", "pass"),
    ("SET statement_timeout = 20; SELECT pg_sleep(1)", "fail: Query failed"),
    ("BEGIN READ ONLY; CREATE TABLE t (a int)", "fail: Read-only")], ids=str)
def test_any_answer_but_an_error_is_healthy(server, query, answer):
    done = loop.finish("postgres", settings(server, query=query), timeout=2000)
    assert done.stderr == ""
    assert first(settings(server, query=query)) in (answer, "fail: Query cancelled" if "timeout" in query else answer)


def test_an_open_transaction_is_not_kept(server):
    with FaultProxy(server) as proxy:
        assert [said(result) for result in run(settings(proxy, query="BEGIN"), runs=3)] == ["pass"] * 3
        assert proxy.accepted == 3


@pytest.mark.parametrize("query", ["SELECT repeat('x', 50000000)", "SELECT generate_series(1, 1000000)"])
def test_a_huge_result_takes_no_memory(server, query):
    *results, after = loop.run("postgres", settings(server, query=query), runs=20, timeout=30000)
    assert {said(result) for result in results} == {"fail: Answer too long"}
    assert loop.took_no_memory(after)


@pytest.mark.parametrize("change, message", [
    ({"password": CANARY}, "Authentication failed"), ({"password": ""}, "Authentication required"),
    ({"user": "nobody"}, "Authentication failed"), ({"user": "barred", "password": "x"}, "Authentication failed"),
    ({"dbname": "nothing"}, "Database does not exist"), ({"dbname": "closed"}, "Permission denied"),
    ({"sslmode": "require"}, "TLS not supported"), ({"require": "standby"}, "Not a standby")], ids=str)
def test_a_server_that_refuses_says_why(server, change, message):
    done = loop.finish("postgres", parts(server, **change), timeout=2000)
    assert first(parts(server, **change)) == f"fail: {message}"
    assert CANARY not in done.stdout + done.stderr and PASSWORD not in done.stdout + done.stderr


def test_a_full_server_says_so():
    with Postgres(max_connections=5, settings=["superuser_reserved_connections=1"]) as server:
        with contextlib.ExitStack() as stack:
            for _ in range(4):
                until(stack.enter_context(watch(settings(server))), "pass")
            assert first(settings(server)) == "fail: Too many connections"
        with watch(settings(server)) as running:
            until(running, "pass")


def test_pgbouncer_in_transaction_mode_is_healthy(server, bouncer):
    assert healthy(settings(bouncer))
    assert healthy(settings(bouncer, require="primary"))
    assert first(settings(bouncer, require="standby")) == "fail: Not a standby"
    assert first({**settings(bouncer), "password": CANARY}) == "fail: Authentication failed"
    assert first({**settings(bouncer), "url": url(bouncer, database="nothing")}) == "fail: Database does not exist"
    assert first({**settings(bouncer, query="SHOW VERSION"), "url": url(bouncer, database="pgbouncer")}) == "pass"


def test_pgbouncer_with_no_server_behind_it_is_not_healthy():
    with Postgres() as server, PgBouncer(server, settings=["server_login_retry = 1"]) as bouncer, \
            watch(settings(bouncer), timeout=1000) as running:
        until(running, "pass")
        server.down()
        running.until(lambda result: said(result) in ("timeout", "fail: Server not reachable"))
        server.up()
        until(running, "pass", 30)
        bouncer.restart()
        until(running, "pass")


def test_the_environment_asks_for_no_role(server):
    assert first(settings(server), env={"PGTARGETSESSIONATTRS": "standby"}) == "pass"


def test_roles_are_required_of_a_primary_and_its_standby():
    with Postgres() as primary, Postgres.standby(primary) as standby:
        assert healthy(settings(primary, require="primary"))
        assert healthy(settings(standby, require="standby"))
        assert healthy(settings(standby, require="any"))
        assert first(settings(standby, require="primary")) == "fail: Not a primary"
        both = {"host": "127.0.0.1,127.0.0.1", "port": f"{standby.port},{primary.port}", "dbname": "app",
                "user": "health", "password": PASSWORD}
        assert healthy({**both, "require": "primary"}) and healthy({**both, "require": "standby"})
        text = " ".join(f"{key}={value}" for key, value in both.items())
        assert healthy({"url": text + " target_session_attrs=primary"})
        with watch(settings(standby, require="standby")) as one, watch(settings(standby, require="primary")) as other:
            until(one, "pass"), until(other, "fail: Not a primary")
            standby.promote()
            until(one, "fail: Not a standby"), until(other, "pass")


def test_of_several_hosts_a_living_one_is_found(server):
    with FaultProxy(server) as dead, FaultProxy(server) as hole:
        dead.set("refuse"), hole.set("black_hole")
        hosts = parts(server, host="127.0.0.1,127.0.0.1,nosuch.invalid,127.0.0.1")
        assert healthy({**hosts, "port": f"{dead.port},{hole.port},1,{server.port}"})
        assert first({**hosts, "port": f"{dead.port},{dead.port},1,{dead.port}"}) == "fail: Pool not initialised"
        assert first(parts(server, host="nosuch.invalid,nosuch2.invalid")) == "fail: Name not resolved"


@pytest.mark.parametrize("wrong, key", [
    ({}, "url"), ({"url": CANARY}, "url"), ({"url": f"host=h password=a {CANARY}"}, "url"),
    ({"url": f"postgresql://u:{CANARY}%zz@h/db"}, "url"), ({"url": f"postgresql://u:{CANARY}/x@h/db"}, "url"),
    ({"url": f"postgresql://u:5/{CANARY}@h/db"}, "url"), ({"url": f"postgresql://u:p@{CANARY}@h/db"}, "host"),
    ({"url": f"service={CANARY}"}, "url"), ({"url": f"postgresql://h/db?{CANARY}=1"}, "url"),
    ({"url": f"postgresql://h/db?sslmode={CANARY}"}, "sslmode"), ({"url": "postgresql://h:0/db"}, "port"),
    ({"url": f"postgresql://h/db?channel_binding={CANARY}"}, "channel_binding"),
    ({"url": f"postgresql://h/db?target_session_attrs={CANARY}"}, "target_session_attrs"),
    ({"url": f"postgresql://h/db?gssencmode={CANARY}"}, "gssencmode"),
    ({"url": f"postgresql://h:x{CANARY}/db"}, "port"), ({"url": "postgresql://h:65536/db"}, "port"),
    ({"url": f"postgresql://h/db?connect_timeout={CANARY}"}, "connect_timeout"),
    ({"url": "postgresql://h/db?connect_timeout=99999999999"}, "connect_timeout"),
    ({"url": f"host=h keepalives_idle={CANARY}"}, "keepalives_idle"),
    ({"url": f"postgresql://u:{CANARY}@h/db", "password": CANARY}, "password"),
    ({"url": "postgresql://h/db", "host": "h"}, "host"), ({"host": "a,b", "port": "1,2,3"}, "port"),
    ({"host": "h", "sslrootcert": f"/nonexistent/{CANARY}"}, "sslrootcert"),
    ({"host": "h", "sslcert": f"/nonexistent/{CANARY}"}, "sslcert")], ids=str)
def test_a_wrong_setting_is_named_and_not_quoted(wrong, key):
    reason = loop.refused("postgres", wrong)
    assert reason.startswith(f"{key}: expected ") and CANARY not in reason
