"""Contract 2.3, 3 and 6: a canary in every secret, everything failing, and no canary anywhere."""
import base64
import contextlib
import json
import urllib.parse

import pytest

from peers import postgres, redis
from peers.peer import bound_socket

from . import parrots
from .host import ask, until

PLACES = ["env", "file", "credential", "literal", "url", "key", "bus", "cache", "token", "dsn", "model", "leak", "server", "query"]
CANARIES = {place: f"Canary-{place}-7#%?&'q" for place in PLACES}
# What a URL, a connection string and a header can hold as it is.
CANARIES |= {place: f"Canary.{place}.7xq" for place in ("url", "key", "bus", "token", "dsn", "model", "server", "query")}


def forms(canary):
    raw = canary.encode()
    yield from (canary, urllib.parse.quote(canary, safe=""), urllib.parse.quote_plus(canary), json.dumps(canary)[1:-1], raw.hex(),
                base64.b64encode(raw).decode().rstrip("="), canary.replace("-", "").replace(".", "")[:12])


def clean(text, where):
    found = [place for place, canary in CANARIES.items() for form in forms(canary) if form.lower() in text.lower()]
    assert not found, f"{where} tells the secrets of {sorted(set(found))}"


@pytest.fixture(scope="module")
def services():
    with contextlib.ExitStack() as everything:
        made = {"postgres": postgres.Postgres(), "redis": redis.Redis(password="another"), "redis_parrot": parrots.redis_parrot(),
                "http_401": parrots.http_parrot(), "http_302": parrots.http_parrot(302), "http_500": parrots.http_parrot(500),
                "postgres_parrot": parrots.postgres_parrot(), "any": parrots.any_parrot()}
        yield {name: everything.enter_context(peer).port for name, peer in made.items()}


def checks_of(port, closed, script, directory):
    """Every kind of secret in every kind of failure."""
    local = {"host": "127.0.0.1", "user": "health", "dbname": "app"}
    where = "127.0.0.1:{}".format

    def postgres_check(**own):
        return {"checker": "postgres", "with": own}

    def redis_check(**own):
        return {"checker": "redis", "with": own}

    def openai_check(server, key, host="127.0.0.1"):
        return {"checker": "azure-openai", "with": {"endpoint": f"http://{host}:{server}", "api_key": key}}

    def bus_check(server, host="127.0.0.1", **own):
        emulator = ";UseDevelopmentEmulator=true" if own.pop("plain", True) else ""
        return {"checker": "servicebus", "with": {"queue": "jobs", **own, "connection_string":
                f"Endpoint=sb://{host}:{server};SharedAccessKeyName=Root;SharedAccessKey={CANARIES['bus']}{emulator}"}}
    from_file = "${file:" + str(directory / "secret") + "}"
    url = f"health:{CANARIES['url']}@"
    checks = {
        "pg-refused": postgres_check(**local, port=closed, password="${CANARY_ENV}"),
        "pg-denied": postgres_check(**local, port=port["postgres"], password=from_file),
        "pg-parrot": postgres_check(**local, port=port["postgres_parrot"], password=CANARIES["literal"]),
        "pg-parrot-env": postgres_check(**local, port=port["postgres_parrot"], password="${CANARY_ENV}"),
        "pg-url": postgres_check(url=f"postgresql://{url}{where(port['postgres_parrot'])}/app"),
        "pg-dsn": postgres_check(url=f"host=127.0.0.1 port={port['postgres']} user=health password={CANARIES['dsn']}"),
        "pg-nowhere": postgres_check(url=f"postgresql://{url}nowhere.invalid/app"),
        "pg-garbage": postgres_check(url=f"postgresql://{url}{where(port['any'])}/app?application_name={CANARIES['query']}"),
        "redis-refused": redis_check(url=f"redis://:{CANARIES['url']}@{where(closed)}/0"),
        "redis-denied": redis_check(url=f"redis://{where(port['redis'])}/0", password="${credential:redis}"),
        "redis-parrot": redis_check(url=f"redis://{where(port['redis_parrot'])}", username="health", password=CANARIES["cache"]),
        "redis-parrot-url": redis_check(url=f"redis://{url}{where(port['redis_parrot'])}/0"),
        "redis-garbage": redis_check(host="127.0.0.1", port=port["any"], password=from_file),
        "redis-nowhere": redis_check(url=f"rediss://{url}nowhere.invalid:6380/0"),
        "openai-401": openai_check(port["http_401"], CANARIES["key"]),
        "openai-302": openai_check(port["http_302"], "${CANARY_ENV}"),
        "openai-500": openai_check(port["http_500"], from_file),
        "openai-garbage": openai_check(port["any"], CANARIES["key"]),
        "openai-refused": openai_check(closed, CANARIES["key"]),
        "bus-refused": bus_check(closed),
        "bus-parrot": bus_check(port["any"]),
        "bus-tls": bus_check(port["any"], plain=False),
        "bus-nowhere": bus_check(5671, "nowhere.invalid", plain=False),
        "model-parrot": {"checker": "model", "with": {"source": "server", "url": f"http://{where(port['http_401'])}",
                                                      "model": "m", "api_key": CANARIES["model"]}},
        "leak": script.check("leak", "leak", settings={"password": CANARIES["leak"]}),
        "leak-env": script.check("leak", "leak", settings={"password": "${CANARY_ENV}"}),
    }
    return {name: {"timeout": "900ms", "interval": "200ms", "max_age": "50ms", **check} for name, check in checks.items()}


@pytest.fixture
def leaky(configured, plugins, scripted_plugins, services, script, tmp_path):
    (tmp_path / "credentials").mkdir()
    for name, place in (("secret", "file"), ("credentials/redis", "credential")):
        (tmp_path / name).write_text(CANARIES[place] + "\n", encoding="utf-8")
    reservation = bound_socket()
    checks = checks_of(services, reservation.getsockname()[1], script, tmp_path)
    yield configured({"server": {"token": CANARIES["server"], "details": "full", "wait": "20ms"}, "checks": checks},
                     plugins=[plugins, scripted_plugins],
                     env={"CANARY_ENV": CANARIES["env"], "CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")})
    reservation.close()


def test_no_canary_in_any_answer_log_or_title(leaky):
    host = leaky.start()
    checks = json.loads(host.file.read_text(encoding="utf-8"))["checks"]
    until(lambda: all(check.get("error", "No result yet") != "No result yet" for check in host.ready().checks.values()), 20)
    assert list(host.ready().checks) == list(checks)
    pages = ["/health", "/health/ready", "/health/started", "/health/ready?verbose", "/health?verbose", "/nothing",
             "/health/ready?exclude=pg-url&verbose", *(f"/health/ready/{name}" for name in checks)]
    forms_of_answers = [{}, {"Accept": "text/plain"}, {"Accept": "application/health+json"},
                        {"Authorization": "Bearer " + CANARIES["server"]}, {"Authorization": "Bearer " + CANARIES["token"]}]
    for page in pages:
        for headers in forms_of_answers:
            answer = host.get(page, headers)
            clean(answer.body + str(answer.headers), f"{page} with {headers}")
    for page in ("/admin/state/x", "/nothing"):
        clean(ask(host.admin, page).body, page)
    assert host.reload()
    for name in ("cmdline", "comm"):
        with open(f"/proc/{host.process.pid}/{name}", encoding="utf-8") as title:
            clean(title.read(), name)
    host.stop()
    assert "leak" in host.log
    clean(host.log, "the log")


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_what_a_plugin_logs_while_a_check_is_created(configured, script, isolation):
    config = {"checks": {"a": script.check("a", isolation=isolation, settings={"password": CANARIES["leak"]})}}
    host = configured(config)
    for command in ("validate", "check"):
        done = host.run(command, "--config", host.file)
        clean(done.stdout + done.stderr, command)
    host.start()
    assert host.reload({"checks": {"a": script.check("a", isolation=isolation, settings={"password": CANARIES["cache"]})}})
    host.stop()
    assert "***" in host.log
    clean(host.log, "the log")


def test_public_words_name_no_host_user_or_path(leaky):
    host = leaky.start()
    until(lambda: all(check.get("error", "No result yet") != "No result yet" for check in host.ready().checks.values()), 20)
    for name, check in host.ready().checks.items():
        if not name.startswith("leak"):
            for word in ("127.0.0.1", "nowhere", "health", "/", "app", "jobs", "Root"):
                assert word not in check["error"].split(), name
            assert "nowhere.invalid" not in check["error"] and "127.0.0.1" not in check["error"], name


@pytest.mark.parametrize("arguments", [["check"], ["check", "--format", "json"], ["check", "--format", "nagios"], ["validate"], ["plugins"],
                                       ["check", "leak", "pg-url", "redis-parrot"]], ids=" ".join)
def test_no_canary_in_what_commands_print(leaky, arguments):
    done = leaky.run(*arguments, "--config", leaky.file)
    assert done.stdout
    clean(done.stdout + done.stderr, " ".join(arguments))


def with_settings(checker, **own):
    return {"checks": {"a": {"checker": checker, "with": own}}}


SECRET = "${CANARY_ENV}"
INVALID = {
    "duration": {"server": {"wait": SECRET}}, "address": {"server": {"listen": [SECRET]}}, "details": {"server": {"details": SECRET}},
    "token": {"server": {"token": "a b " + CANARIES["token"]}}, "alias": {"server": {"aliases": {"/x": SECRET}}},
    "admin": {"admin": {"listen": SECRET}}, "checker": {"checks": {"a": {"checker": SECRET}}},
    "probes": {"checks": {"a": {"checker": "redis", "probes": [SECRET]}}}, "timeout": {"checks": {"a": {"checker": "redis", "timeout": SECRET}}},
    "critical": {"checks": {"a": {"checker": "redis", "critical": SECRET}}}, "plugins": {"plugins": {"path": [SECRET]}},
    "include": {"include": ["nowhere/" + CANARIES["key"]]}, "no map": {"checks": {"a": {"checker": "redis", "with": SECRET}}},
    "port": with_settings("redis", host="x", port=SECRET), "mode": with_settings("postgres", host="x", sslmode=SECRET),
    "surplus": with_settings("redis", host="x", pasword=CANARIES["cache"]),
    "literal type": with_settings("redis", host="x", password={"of": CANARIES["cache"]}),
    "list": with_settings("redis", host="x", password=[CANARIES["cache"]]),
    "two": with_settings("redis", host="x", url=f"redis://:{CANARIES['url']}@x/0"),
    "bad port": with_settings("redis", url=f"redis://:{CANARIES['url']}@x:none/0"),
    "bad scheme": with_settings("redis", url=f"reddis://:{CANARIES['url']}@x/0"),
    "bad host": with_settings("postgres", url=f"postgresql://u:{CANARIES['url']}@[::x/app"),
    "bad option": with_settings("postgres", url=f"postgresql://u:{CANARIES['url']}@x/app?passwrd={CANARIES['query']}"),
    "bad dsn": with_settings("postgres", url=f"host=x password={CANARIES['dsn']} surplus"),
    "bad bus": with_settings("servicebus", queue="q", connection_string=f"SharedAccessKey={CANARIES['bus']};nonsense"),
    "bad endpoint": with_settings("azure-openai", endpoint=f"ftp://u:{CANARIES['url']}@x", api_key=CANARIES["key"]),
    "key with a line feed": with_settings("azure-openai", endpoint="http://x", api_key=CANARIES["key"] + "\n" + CANARIES["key"]),
    "bad model": with_settings("model", source="server", url=f"nonsense://u:{CANARIES['url']}@x", api_key=CANARIES["model"]),
}


@pytest.mark.parametrize("broken", INVALID.values(), ids=INVALID)
def test_no_canary_in_what_is_said_of_a_broken_configuration(configured, plugins, broken):
    host = configured(broken, plugins=[plugins], env={"CANARY_ENV": CANARIES["env"]})
    done = host.run("validate", "--config", host.file)
    clean(done.stdout + done.stderr, "validate")
    assert done.returncode == 78, done


BROKEN_TEXT = {
    "quote": 'checks:\n  a:\n    checker: redis\n    with: {password: "%s}\n', "tab": "checks:\n  a:\n\tpassword: %s\n",
    "twice": "checks:\n  a: {checker: redis, with: {password: %s, password: %s}}\n", "colon": "server:\n  token: %s: x\n  y\n",
    "name": "checks:\n  ${CANARY_ENV}: {checker: redis}\n  b: {with: {password: %s}}\n", "open": "server: {token: ${CANARY_ENV\n",
    "alias": "server: {token: *%s}\n", "tag": "server: {token: !!int %s}\n", "bracket": "server:\n  token: [%s\n", "server": "server: ${CANARY_ENV}\n",
}


@pytest.mark.parametrize("text", BROKEN_TEXT.values(), ids=BROKEN_TEXT)
def test_no_canary_in_what_is_said_of_broken_text(configured, plugins, text):
    host = configured({}, plugins=[plugins], env={"CANARY_ENV": CANARIES["env"]})
    host.file.write_text(text.replace("%s", CANARIES["token"]), encoding="utf-8")
    for command in ("validate", "serve", "check"):
        done = host.run(command, "--config", host.file)
        clean(done.stdout + done.stderr, command)
        assert done.returncode == 78, done


def test_no_canary_in_a_refused_reload(leaky):
    host = leaky.start()
    for broken in ({"server": {"token": "a b " + CANARIES["token"]}}, INVALID["bad dsn"], INVALID["surplus"]):
        assert not host.reload(broken)
    host.stop()
    clean(host.log, "the log")
