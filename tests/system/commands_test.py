"""Contract 4: what each command prints and the exit status it ends with."""
import json
import os
import pty
import socket
import subprocess

import pytest

from .host import until

COMMANDS = ["serve", "validate", "check", "probe", "plugins", "manifest"]


@pytest.fixture
def host(configured, script):
    return configured({"checks": script.checks("a", "b")})


def one_usage_error(done):
    assert done.returncode == 64, done
    assert done.stdout == ""
    assert done.stderr.strip() and done.stderr.count("\n") == 1
    assert "\033" not in done.stderr


def test_version(host):
    done = host.run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("probehost ") and done.stdout.count("\n") == 1


def test_help(host):
    done = host.run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each(host, command):
    done = host.run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"probehost {command}" in done.stdout
    assert "xit status" in done.stdout or command == "plugins"


@pytest.mark.parametrize("arguments", [
    [], ["frobnicate"], ["--frobnicate"], ["serve", "--frobnicate"], ["serve", "surplus"], ["validate", "surplus"], ["serve", "--config"],
    ["check", "--format", "xml"], ["plugins", "--format", "nagios"], ["probe", "sideways"], ["probe", "--timeout", "0"],
    ["probe", "--timeout", "soon"], ["probe", "--url", "ftp://127.0.0.1"], ["probe", "--url", "nonsense"], ["probe", "--url", ""],
    ["probe", "--url", "http://127.0.0.1:99999"], ["probe", "ready", "live"]], ids=" ".join)
def test_usage_errors(host, arguments):
    one_usage_error(host.run(*arguments))


def test_usage_errors_say_what_was_expected(host):
    assert "xml" in (text := host.run("check", "--format", "xml").stderr)
    assert all(word in text for word in ("text", "json", "nagios")) and "->" not in text
    assert "sideways" in (text := host.run("probe", "sideways").stderr)
    assert all(word in text for word in ("live", "ready", "started"))
    assert "frobnicate" in host.run("frobnicate").stderr
    assert "frobnicate" in host.run("serve", "--frobnicate").stderr


@pytest.mark.parametrize("arguments, said", [
    (["serve", "--confg", "x"], 'error: unknown option --confg, did you mean "--config"? probehost serve --help tells more'),
    (["check", "a", "--fromat=json"], 'error: unknown option --fromat, did you mean "--format"? probehost check --help tells more'),
    (["serve", "--frobnicate"], "error: unknown option --frobnicate; probehost serve --help tells more"),
    (["serve", "surplus"], 'error: unexpected argument "surplus"; probehost serve --help tells more'),
    (["--verison"], 'error: unknown option --verison, did you mean "--version"? probehost --help tells more'),
    ([], "error: a command is missing; probehost --help tells more")])
def test_usage_errors_are_one_line_that_helps(host, arguments, said):
    assert host.run(*arguments).stderr == said + "\n"


def test_unknown_check(host):
    done = host.run("check", "a", "databse", "--config", host.file)
    one_usage_error(done)
    assert "databse" in done.stderr and "a, b" in done.stderr
    one_usage_error(host.run("check", "nope", "--format", "json", "--config", host.file))


def test_validate(host):
    done = host.run("validate", "--config", host.file)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 checks" in done.stdout


@pytest.mark.parametrize("command", ["serve", "validate", "check"])
def test_configuration_errors_all_at_once(configured, script, command):
    host = configured({"servce": "x", "server": {"wait": "fast"}, "checks": {
        "a": {"checker": "scriptde"}, "b": script.check("b", timout="1s"), "c": script.check("c", settings={"kee": "x"})}})
    done = host.run(command, "--config", host.file)
    assert done.returncode == 78
    assert done.stdout == ""
    for part in ("servce", "server.wait", "checks.a.checker", 'did you mean "scripted"', "checks.b.timout", "checks.c.with"):
        assert part in done.stderr, part
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) >= 5
    assert all(f"{host.file}:" in line for line in lines)


@pytest.mark.parametrize("command", ["serve", "validate", "check"])
def test_no_configuration(host, command):
    done = host.run(command, "--config", host.dir / "nothing.yaml")
    assert done.returncode == 78
    assert "nothing.yaml" in done.stderr


@pytest.mark.parametrize("words, status, word", [("pass", 0, "healthy"), ("warn Slow", 0, "degraded"), ("fail Down", 1, "unhealthy"),
                                                 ("sleep 60000 pass", 1, "unhealthy"), ("defy 1500 pass", 1, "unhealthy"),
                                                 ("none", 1, "unhealthy")])
def test_check(configured, script, words, status, word):
    host = configured({"checks": {"fine": script.check("fine"), "other": script.check("other", words, timeout="300ms")}})
    table = host.run("check", "--config", host.file)
    assert (table.returncode, table.stderr) == (status, "")
    heading, fine, other, *_ = table.stdout.splitlines()
    assert heading.split()[:3] == ["CHECK", "CHECKER", "STATUS"]
    assert fine.split()[:3] == ["fine", "scripted", "healthy"]
    assert other.split()[0] == "other" and "\033" not in table.stdout
    told = host.run("check", "--config", host.file, "--format", "json")
    assert told.returncode == status
    assert json.loads(told.stdout)["status"] == word
    assert list(json.loads(told.stdout)["checks"]) == ["fine", "other"]
    nagios = host.run("check", "--config", host.file, "--format", "nagios")
    code, heading = {"healthy": (0, "OK"), "degraded": (1, "WARNING"), "unhealthy": (2, "CRITICAL")}[word]
    assert nagios.returncode == code
    assert nagios.stdout.startswith(f"PROBEHOST {heading}") and nagios.stdout.count("\n") == 1
    assert "'fine'=" in nagios.stdout.partition("|")[2]
    if "60000" in words or "defy" in words:
        assert "Timeout after 300ms" in table.stdout and "Timeout after 300ms" in nagios.stdout


def test_what_is_not_critical_does_not_fail_a_check(configured, script):
    host = configured({"checks": {"a": script.check("a", "fail Down", critical=False)}})
    assert host.run("check", "--config", host.file).returncode == 0
    assert host.run("check", "--config", host.file, "--format", "nagios").returncode == 1
    assert json.loads(host.run("check", "--config", host.file, "--format", "json").stdout) == {
        "status": "degraded", "checks": {"a": {"healthy": False, "error": "Down", "critical": False}}}


def test_check_runs_what_is_named_and_each_once(host, script):
    assert host.run("check", "b", "--config", host.file).returncode == 0
    assert (script.runs("a"), script.runs("b")) == (0, 1)
    assert script.lines("b")[0].split()[3] == "2"  # PH_REASON_ONCE


def test_check_takes_as_long_as_the_slowest(configured, script):
    host = configured({"checks": script.checks(*[f"check-{i}" for i in range(12)], words="sleep 400 pass", timeout="5s")})
    assert host.run("check", "--config", host.file, timeout=4).returncode == 0


def test_nagios_says_unknown(host, configured):
    broken = configured({"servce": "x"})
    for done in (broken.run("check", "--format", "nagios", "--config", broken.file),
                 host.run("check", "nothing", "--format", "nagios", "--config", host.file)):
        assert done.returncode == 3
        assert done.stdout.startswith("PROBEHOST UNKNOWN") and done.stdout.count("\n") == 1


def test_nagios_says_unknown_when_there_is_nothing_to_check(configured):
    host = configured({})
    done = host.run("check", "--format", "nagios", "--config", host.file)
    assert (done.returncode, done.stdout) == (3, "PROBEHOST UNKNOWN - no checks configured\n")


def test_cannot_listen(configured, script):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:{}".format(taken.getsockname()[1])
        for listen in ([address], ["127.0.0.1:0", address]):
            host = configured({"server": {"listen": listen}, "checks": script.checks("a")})
            done = host.run("serve", "--config", host.file)
            assert done.returncode == 71
            assert address in done.stderr and "in use" in done.stderr
            assert not os.path.exists(host.admin)
    assert script.runs("a") == 0


def test_warnings_are_printed_also_where_it_cannot_listen(configured, scripted_plugins, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:{}".format(taken.getsockname()[1])
        host = configured({"server": {"listen": [address]}}, plugins=[scripted_plugins, tmp_path])
        done = host.run("serve", "--config", host.file)
    assert done.returncode == 71 and f"{tmp_path} holds no plugins" in done.stderr


def test_cannot_listen_on_the_admin_socket(configured, tmp_path):
    socket = tmp_path / "missing" / "admin.sock"
    host = configured({"admin": {"listen": f"unix:{socket}"}})
    done = host.run("serve", "--config", host.file)
    assert done.returncode == 71
    assert str(socket) in done.stderr


def test_a_file_in_the_way_of_a_socket_stays(configured):
    host = configured({})
    for path in (host.admin, host.notify):
        with open(path, "w", encoding="ascii") as file:
            file.write("precious")
        done = host.run("serve", "--config", host.file)
        assert done.returncode == 71
        assert path in done.stderr
        with open(path, encoding="ascii") as file:
            assert file.read() == "precious"
        os.unlink(path)


def test_a_second_host_does_not_take_the_socket_of_the_first(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    done = host.run("serve", "--config", host.file, timeout=10)
    assert done.returncode == 71
    assert host.admin in done.stderr or host.notify in done.stderr


def test_plugins_lists_all_that_are_shipped(programs, plugins, configured):
    host = configured({}, plugins=[plugins])
    done = host.run("plugins", "--config", host.file)
    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.split()[0]: line for line in done.stdout.splitlines()[1:]}
    extras = {"tcp", "http", "dns", "disk", "tls-expiry", "process", "exec"}
    assert set(rows) == {"postgres", "redis", "azure-openai", "servicebus", "model"} | extras
    told = {each["checker"]: each for each in json.loads(
        host.run("plugins", "--config", host.file, "--format", "json").stdout)["checkers"]}
    suggested = {name: (each["timeout_ms"], each["interval_ms"], each["max_age_ms"], each["scope"], each["probes"])
                 for name, each in told.items()}
    assert suggested["postgres"] == (2000, 10000, 1000, "external", ["ready"])
    assert suggested["redis"] == (1000, 10000, 1000, "external", ["ready"])
    assert suggested["azure-openai"] == (4000, 30000, 30000, "external", ["ready"])
    assert suggested["servicebus"] == (2000, 30000, 30000, "external", ["ready"])
    assert suggested["model"][:4] == (1000, 1000, 1000, "local")
    assert suggested["model"][4] == ["ready", "started"]
    assert all(each["version"] in rows[name] and each["version"] for name, each in told.items())


def on_a_terminal(host, *arguments, **env):
    """What a command writes to a terminal, on both outputs."""
    ours, theirs = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen([host.program, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=clean | env)
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 4096):
            text += part
    except OSError:  # the end of a terminal
        pass
    os.close(ours)
    process.wait(10)
    return text.decode()


def test_colour_is_for_terminals(host):
    assert "\033[32m" in on_a_terminal(host, "check", "--config", str(host.file))
    assert "\033[3" not in on_a_terminal(host, "check", "--config", str(host.file), NO_COLOR="1")
    assert "\033" not in host.run("check", "--config", host.file).stdout
    assert "\033" not in host.run("plugins", "--config", host.file).stdout


def test_nothing_of_a_plugin_moves_the_cursor(configured, script):
    host = configured({"checks": {"a": script.check("a", "fail \033[2J\033]0;title\007")}})
    for form in ("text", "json", "nagios"):
        assert "\033" not in host.run("check", "--config", host.file, "--format", form).stdout
    assert "\033[2J" not in on_a_terminal(host, "check", "--config", str(host.file), NO_COLOR="1")


@pytest.mark.parametrize("arguments, status", [(["--help"], 74), (["validate"], 74), (["plugins", "--format", "json"], 74),
                                               (["check"], 74), (["check", "--format", "nagios"], 3)])
def test_an_output_that_cannot_be_written_is_an_error(host, arguments, status):
    config = [] if arguments == ["--help"] else ["--config", host.file]
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([host.program, *arguments, *config], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=30)
    assert done.returncode == status
    assert done.stderr == "probehost: standard output could not be written: No space left on device\n"


def test_standard_streams_that_are_closed_are_opened(host):
    """Else what the host opens first, such as a socket, would get what is printed."""
    shell = f"exec {host.program} serve --config {host.file} <&- >&- 2>&-"
    with subprocess.Popen(["sh", "-c", shell]) as host.process:
        until(lambda: os.path.exists(host.admin))
        for fd in range(3):
            assert os.readlink(f"/proc/{host.process.pid}/fd/{fd}") == "/dev/null"
        host.stop()


def test_a_closed_output_is_no_crash(host):
    with subprocess.Popen([host.program, "check", "--config", host.file], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        done.stdout.close()
        assert done.wait(10) >= 0
        assert done.stderr.read() == b""


def test_the_log_is_plain_and_one_line_an_event(serving, script):
    host = serving({"checks": {"a": script.check("a", "fail \033[2J two")}})
    host.until_logged("is unhealthy")
    assert "\033" not in host.log
    until(lambda: host.log.endswith("\n"))
    assert host.log.count("is unhealthy") == 1


@pytest.mark.parametrize("length", [20000, 300000])
def test_a_text_of_any_length_is_refused_in_words(configured, plugins, length):
    check = {"checker": "model", "with": {"source": "server", "url": "http://127.0.0.1:1", "poll_interval": "9" * length}}
    host = configured({"checks": {"m": check}}, plugins=[plugins])
    done = host.run("validate", "--config", host.file)
    assert (done.returncode, "checks.m.with.poll_interval: expected at most 16 KiB of text" in done.stderr) == (78, True)
