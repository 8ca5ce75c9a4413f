"""probehost plugin verify: the shipped plugins pass, and the command keeps its word."""
import json
import shutil
import xml.etree.ElementTree

import pytest

from .workshop import HERE, compile_plugin, findings, run

PEERS = {
    "redis": "url: redis://${peer}",
    "postgres": "host: ${peer_host}\nport: ${peer_port}\nuser: health\npassword: hunter2hunter2",
    "azure-openai": "endpoint: http://${peer}\napi_key: hunter2hunter2",
    "model": "source: server\nurl: http://${peer}\nmodel: m",
    "servicebus": "connection_string: Endpoint=sb://${peer_host};SharedAccessKeyName=n;SharedAccessKey=a2V5a2V5a2V5;"
                  "UseDevelopmentEmulator=true\nport: ${peer_port}\nqueue: q",
}

pytestmark = pytest.mark.slow  # some forty processes each, one of which leaves all behind on purpose


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return compile_plugin(HERE / "good.c", tmp_path_factory.mktemp("good") / "good.so")


@pytest.mark.slow
@pytest.mark.parametrize("checker", PEERS)
def test_a_shipped_plugin_passes_with_its_example(programs, plugins, checker):
    found = findings(programs, plugins / f"{checker}.so")
    assert not {name for name, test in found.items() if test["finding"] in ("FAIL", "WARN")}


@pytest.mark.slow
@pytest.mark.parametrize("checker", PEERS)
def test_a_shipped_plugin_passes_whatever_its_peer_does(programs, plugins, tmp_path, checker):
    (tmp_path / "with.yaml").write_text(PEERS[checker], encoding="utf-8")
    previous = shutil.copy(plugins / f"{checker}.so", tmp_path)
    found = findings(programs, plugins / f"{checker}.so", "--with", tmp_path / "with.yaml", "--glibc", "2.99", "--previous", previous)
    assert {test["finding"] for test in found.values()} == {"PASS"}, found


def test_the_table(programs, good):
    done = run(programs, "verify", good, "--only", "S1,s3,L5")
    assert (done.returncode, done.stderr) == (0, "")
    heading, *rows, total = done.stdout.splitlines()
    assert heading.split() == ["TEST", "FINDING", "WHAT", "IS", "TRUE", "OF", "IT"]
    assert [row.split()[:2] for row in rows] == [[name, "PASS"] for name in ("S1", "S3", "S2", "L1", "L5")]
    assert total.startswith("5 passed, 0 warned, 0 failed, 0 skipped (") and "seed " in total
    assert "\033" not in done.stdout


def test_levels(programs, good):
    quick, thorough = (set(findings(programs, good, "--level", level, "--glibc", "2.99")) for level in ("1", "2"))
    assert quick < thorough and "L4" in quick and "C1" in thorough and "R11" not in thorough


def test_the_seed_is_said_and_can_be_given(programs, good):
    assert json.loads(run(programs, "verify", good, "--only", "S1", "--format", "json", "--seed", "42").stdout)["seed"] == 42
    seeds = {json.loads(run(programs, "verify", good, "--only", "S1", "--format", "json").stdout)["seed"] for _ in range(3)}
    assert len(seeds) > 1


def test_junit(programs, tmp_path):
    (tmp_path / "a<b>&\"c\".so").write_text("no plugin", encoding="ascii")
    done = run(programs, "verify", tmp_path / "a<b>&\"c\".so", "--format", "junit")
    suite = xml.etree.ElementTree.fromstring(done.stdout)
    assert done.returncode == 1 and suite.tag == "testsuite" and "a<b>" in suite.get("name")
    assert suite.get("failures") == "1" and int(suite.get("skipped")) == int(suite.get("tests")) - 1
    failure = suite.find("testcase[1]/failure")
    assert failure.get("message") == "not a shared object (not an ELF file)" and failure.text.startswith("fix: ")


def test_one_test_here_for_debuggers(programs, good):
    done = run(programs, "verify", good, "--in-process", "L7")
    assert done.returncode == 0 and json.loads(done.stdout.splitlines()[-1])["outcome"] == 0


@pytest.mark.parametrize("arguments, said", [
    ([], "FILE is required"), (["x.so", "--level", "4"], "--level"), (["x.so", "--only", "S1,Q9"], 'there is no test "Q9"'),
    (["x.so", "--format", "xml"], "expected one of json, junit, text"), (["x.so", "--glibc", "new"], "a version such as 2.31"),
    (["x.so", "--in-process", "Q9"], 'there is no test "Q9"'), (["x.so", "--frobnicate"], "probehost plugin verify --help tells more")])
def test_usage_errors(programs, arguments, said):
    done = run(programs, "verify", *arguments)
    assert (done.returncode, done.stdout) == (64, "") and said in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("settings, said", [("nmae: x", "1: nmae: unknown"), ("- x", "1: expected a map of settings, found a list"),
                                            ("name: ${NOT_THERE_AT_ALL}", "NOT_THERE_AT_ALL"), ("port: many", "1: port: expected")])
def test_settings_that_are_not_fit(programs, good, tmp_path, settings, said):
    (tmp_path / "bad.yaml").write_text(settings, encoding="utf-8")
    for command in ("verify", "run"):
        done = run(programs, command, good, "--with", tmp_path / "bad.yaml")
        assert (done.returncode, done.stdout) == (78, "") and said in done.stderr, command


def test_help_teaches(programs):
    assert "plugin verify ./disk.so" in run(programs, "--help").stdout
    told = run(programs, "verify", "--help").stdout
    assert all(word in told for word in ("${peer}", "--in-process", "Exit status", "--seed", "SKIP"))


@pytest.mark.parametrize("option", [["--checker", "nope"], ["--previous", "/nowhere.so"], ["--seed", "-1"], ["--seed", "9" * 30]], ids=" ".join)
def test_mistakes_on_the_command_line_are_no_green(programs, good, option):
    done = run(programs, "verify", good, "--only", "S1", *option)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.count("\n") >= 1
