"""`probehost plugin new`: each language's project builds, passes its tests and works, with nothing but the installed SDK."""
import os
import shutil
import subprocess

import pytest
from peers.greeter import greeter, unused_port
from system.host import Host, short_directory

pytestmark = pytest.mark.slow

CMAKE = [["cmake", "-B", "build"], ["cmake", "--build", "build"], ["ctest", "--test-dir", "build", "--output-on-failure"]]
MAKE = [["make"], ["make", "test"], ["make", "package"]]
HOW = {"c": CMAKE, "cpp": CMAKE, "rust": MAKE, "go": MAKE}


@pytest.fixture(scope="module")
def installed(programs, tmp_path_factory):
    """Where the host and the SDK lie; `with blanks` is the same again."""
    prefix = tmp_path_factory.mktemp("installed")
    for component in ("sdk", "probehost"):
        subprocess.run(["cmake", "--install", programs.parent, "--component", component, "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
    shutil.copytree(prefix, prefix / "with blanks")
    return prefix


@pytest.fixture
def program(programs):
    """`probehost plugin new` of the build tree."""
    def run(*arguments, cwd):
        return subprocess.run([programs / "probehost", "plugin", "new", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    return run


def offline(prefix):
    """The system's own compilers, no registry, and the SDK at `prefix`."""
    return {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/root"), "LC_ALL": "C.UTF-8", "CMAKE_PREFIX_PATH": str(prefix),
            "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"), "CARGO_NET_OFFLINE": "true", "GOFLAGS": "-mod=mod", "GOPROXY": "off"}


def build(project, language, prefix):
    for step in HOW[language]:
        done = subprocess.run(step, cwd=project, env=offline(prefix), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        assert done.returncode == 0, done.stdout
        assert "warning" not in done.stdout.lower(), done.stdout


@pytest.fixture
def greeting_port():
    with greeter() as port:
        yield port


def serve(prefix, plugins, checks):
    with short_directory() as directory:
        host = Host(prefix / "bin", [plugins], {"checks": checks}, directory)
        try:
            return host.start().ready()
        finally:
            host.stop()


@pytest.mark.parametrize("language", HOW)
def test_a_new_project_builds_and_works(language, installed, greeting_port, tmp_path):
    prefix = installed / "with blanks" if HOW[language] is CMAKE else installed
    made = subprocess.run([prefix / "bin/probehost", "plugin", "new", "my-check", "--lang", language], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    project = tmp_path / "my-check"
    build(project, language, prefix)
    assert (project / "build/my-check.so").is_file()
    exported = subprocess.run(["nm", "-D", "--defined-only", project / "build/my-check.so"], capture_output=True, text=True, check=True)
    assert [line.split()[-1] for line in exported.stdout.splitlines()] == ["probehost_plugin_entry_v1"]
    assert verified(prefix, project / "build/my-check.so") == 0
    checks = {"good": {"checker": "my-check", "timeout": "5s", "with": {"port": greeting_port}},
              "bad": {"checker": "my-check", "timeout": "5s", "critical": False, "with": {"port": unused_port()}}}
    answer = serve(prefix, project / "build", checks)
    assert answer.status == 200, answer.body
    assert answer.checks["good"]["healthy"] is True
    assert answer.checks["bad"]["error"] == "Connection refused"


def verified(prefix, plugin):
    """Against a peer that is as sick as can be."""
    (plugin.parent / "settings.yaml").write_text("port: ${peer_port}", encoding="ascii")
    return subprocess.run([prefix / "bin/probehost", "plugin", "verify", plugin, "--with", plugin.parent / "settings.yaml"],
                          stdout=subprocess.DEVNULL, check=False).returncode


@pytest.mark.parametrize("language", HOW)
def test_a_project_is_complete_and_has_its_name_everywhere(language, program, tmp_path):
    assert program("my-check", "--lang", language, "--dir", "some where/else", cwd=tmp_path).returncode == 0
    files = {str(file.relative_to(tmp_path / "some where/else")): file for file in tmp_path.rglob("*") if file.is_file()}
    assert {"README.md", "LICENSE", ".gitignore", ".github/workflows/ci.yml", "packaging/package.sh", "packaging/check.yaml",
            "tests/verify.yaml"} <= set(files)
    assert os.access(files["packaging/package.sh"], os.X_OK)
    texts = [file.read_text(encoding="utf-8") for file in files.values()]
    assert not [text for text in texts if "@NAME@" in text]
    assert sum("my-check" in text for text in texts) >= 5


@pytest.mark.parametrize("arguments, said", [
    (["My-Check", "--lang", "c"], "expected a lower-case letter"), (["../x", "--lang", "c"], "expected a lower-case letter"),
    (["x" * 65, "--lang", "c"], "up to 63"), (["", "--lang", "c"], "expected a lower-case letter"),
    (["install", "--lang", "c"], "choose another name"), (["fine", "--lang", "cobol"], "unknown language \"cobol\""),
    (["fine", "--lang", "ruts"], 'did you mean "rust"?'), (["full", "--lang", "c"], "full is not empty"),
    (["fine", "--lang", "c", "--dir", "a-file"], "a-file is there and is no directory"),
    (["fine", "--lang", "c", "--dir", "a-file/below"], "cannot be"), (["fine", "--lang", "c", "--dir", "dangling"], "is no directory")],
    ids=lambda value: " ".join(value)[:24] if isinstance(value, list) else "")
def test_what_cannot_be_made_is_said_in_words(arguments, said, program, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/precious").write_text("x", encoding="utf-8")
    (tmp_path / "a-file").write_text("x", encoding="utf-8")
    (tmp_path / "dangling").symlink_to("nowhere")
    done = program(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ") and said in done.stderr and done.stderr.count("\n") == 1
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["a-file", "dangling", "full", "precious"]


def test_an_empty_directory_is_used(program, tmp_path):
    (tmp_path / "fine").mkdir()
    assert program("fine", "--lang", "c", cwd=tmp_path).returncode == 0
    assert (tmp_path / "fine/CMakeLists.txt").is_file()
