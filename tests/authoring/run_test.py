"""probehost plugin run and probehost plugin info."""
import json
import re

import pytest

from .workshop import HERE, BadPlugin, compile_plugin, run

TALKATIVE = r'''
#include "begin.h"
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check, ph_error* error) {
    const char* name = host->setting(settings, "/name", NULL);
    const char* password = host->setting(settings, "/password", NULL);
    (void)of;
    if (name == NULL) return ph_fail(error, PH_E_CONFIG, "name: expected what the run shall say");
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    (*check)->text = strdup(name);
    if (password != NULL) host->log(host, *check, PH_LOG_INFO, password, strlen(password));
    return PH_OK;
}
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    if (strcmp(check->text, "crash") == 0) crash();
    if (strcmp(check->text, "hang") == 0) for (;;) pause();
    if (strcmp(check->text, "late") == 0) usleep(350000);
    check->host->fact_number(context->run, "size", 12, "MB");
    check->host->detail(context->run, "as far as one can see", 21);
    if (strcmp(check->text, "warn") == 0) check->host->verdict(context->run, PH_WARN, "Nearly full", 11);
    else if (strcmp(check->text, "fail") == 0) check->host->verdict(context->run, PH_FAIL, "Full", 4);
    else check->host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}
#define CREATE create
#define RUN run
#include "sound.h"
'''


@pytest.fixture(scope="module")
def talkative(tmp_path_factory):
    directory = tmp_path_factory.mktemp("talkative")
    (directory / "talkative.c").write_text(TALKATIVE, encoding="utf-8")
    return compile_plugin(directory / "talkative.c", directory / "talkative.so")


@pytest.fixture
def settings(tmp_path):
    def write(text):
        (tmp_path / "with.yaml").write_text(text, encoding="utf-8")
        return ["--with", tmp_path / "with.yaml"]
    return write


@pytest.mark.parametrize("name, status, verdict", [
    ("fine", 0, "healthy"), ("warn", 0, "degraded: Nearly full"), ("fail", 1, "unhealthy: Full"),
    ("crash", 1, "unhealthy: Checker crashed: SIGILL"), ("late", 1, "unhealthy: Timeout after 300ms"),
    ("hang", 1, "unhealthy: Timeout after 300ms")])
def test_one_run(programs, talkative, settings, name, status, verdict):
    done = run(programs, "run", talkative, *settings(f"name: {name}"), "--timeout", "300ms")
    assert (done.returncode, done.stderr) == (status, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == f"verdict  {verdict}"
    assert [line.split()[0] for line in lines if not line.startswith("log ")][:3] == ["load", "create", "run"]
    assert any(line.startswith("late ") for line in lines) == (name in ("late", "hang"))
    if name in ("fine", "warn", "fail"):
        assert any(re.fullmatch(r"fact +size +12\.0+ MB", line) for line in lines)
        assert any(re.fullmatch(r"detail +as far as one can see", line) for line in lines)


def test_for_programs(programs, talkative, settings):
    told = json.loads(run(programs, "run", talkative, *settings("name: warn"), "--format", "json").stdout)
    assert (told["status"], told["message"], told["detail"]) == ("degraded", "Nearly full", "as far as one can see")
    assert told["timeout_ms"] == 1000 and told["late_ms"] == 0 and told["run_ms"] >= 0 and "size" in told["facts"]


def test_secrets_are_masked(programs, talkative, settings, monkeypatch):
    monkeypatch.setenv("THE_PASSWORD", "hunter2hunter2")
    for text in ("name: fine\npassword: hunter2hunter2", "name: fine\npassword: ${THE_PASSWORD}"):
        done = run(programs, "run", talkative, *settings(text))
        assert done.returncode == 0 and "***" in done.stdout and "hunter2" not in done.stdout + done.stderr
        for form in ("text", "json", "junit"):
            done = run(programs, "verify", talkative, *settings(text), "--format", form, "--only", "C5")
            assert done.returncode == 1 and "hunter2" not in done.stdout + done.stderr


def test_settings_that_the_checker_refuses(programs, talkative):
    done = run(programs, "run", talkative)
    assert (done.returncode, done.stdout) == (78, "") and "name: expected what the run shall say" in done.stderr


def test_a_checker_that_is_not_there(programs, talkative):
    done = run(programs, "run", talkative, "--checker", "tired")
    assert (done.returncode, done.stdout) == (64, "") and 'no checker "tired", did you mean "tried"?' in done.stderr


@pytest.mark.parametrize("timeout", ["0ms", "9", "2h", "soon"])
def test_timeouts_that_are_none(programs, talkative, timeout):
    done = run(programs, "run", talkative, "--timeout", timeout)
    assert (done.returncode, done.stdout) == (64, "") and "--timeout" in done.stderr


def test_info(programs, plugins):
    done = run(programs, "info", plugins / "redis.so")
    assert (done.returncode, done.stderr) == (0, "")
    told = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if line and not line.startswith(" "))
    assert told["plugin"].startswith("redis ") and told["ABI"].startswith("needs 1.0") and told["checker"] == "redis"
    assert re.fullmatch("[0-9a-f]{40}", told["build-id"]) and "libc.so.6" in told["libraries"] and "GLIBC_2." in told["versions"]
    assert (told["scope"], told["probes"], told["timeout"]) == ("external", "ready", "1s, interval 10s, max_age 1s")
    assert '"writeOnly": true' in done.stdout


def test_info_for_programs(programs, plugins):
    told = json.loads(run(programs, "info", plugins / "model.so", "--format", "json").stdout)
    assert (told["plugin"], told["abi_needed"], told["own_process"]) == ("model", "1.0", False)
    assert told["checkers"][0]["schema"]["type"] == "object" and "example" in told["checkers"][0]["about"]


def test_info_of_the_file_alone_runs_nothing(programs, tmp_path):
    plugin = BadPlugin(HERE / "bad" / "l1_crash.c").build(tmp_path)
    done = run(programs, "info", plugin, "--file-only", "--format", "json")
    assert done.returncode == 0 and "checkers" not in json.loads(done.stdout)
    done = run(programs, "info", plugin, "--format", "json")
    assert done.returncode == 1 and json.loads(done.stdout)["refused"] == "crashed while loading: SIGILL"


def test_a_file_that_is_no_plugin(programs, tmp_path):
    for command in ("info", "run"):
        done = run(programs, command, tmp_path / "nothing.so")
        assert (done.returncode, done.stdout) == (1, "") and done.stderr == f"error: {tmp_path}/nothing.so: cannot be read: No such file or directory\n"
