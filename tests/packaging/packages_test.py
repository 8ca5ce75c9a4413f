"""What the packages hold, need and promise, without installing them."""
import json
import re
import shutil
import subprocess

import pytest

from .conftest import ROOT, run

pytestmark = pytest.mark.slow
NAMES = ["probehost", "probehost-all", "probehost-dev", "probehost-plugin-azure-openai", "probehost-plugin-postgres",
         "probehost-plugin-redis", "probehost-plugin-servicebus", "probehost-plugins-extra"]


def field(package, name):
    return run("dpkg-deb", "--field", package, name).strip()


def files(package):
    """Paths with their modes."""
    listed = [line.split(None, 5) for line in run("dpkg-deb", "--contents", package).splitlines()]
    return {words[5].split(" -> ")[0].lstrip("."): words[0] for words in listed}


@pytest.fixture(scope="session")
def unpacked(packages, tmp_path_factory):
    root = tmp_path_factory.mktemp("unpacked")
    for name, file in packages.items():
        if not name.endswith("-dbgsym"):
            run("dpkg-deb", "--extract", file, root)
    return root


def test_every_package_is_there_with_the_version_of_the_source(packages):
    with_code = [name for name in NAMES if name not in ("probehost-all", "probehost-dev")]
    assert sorted(packages) == sorted(NAMES + [f"{name}-dbgsym" for name in with_code])
    version = re.search(r"project\(probehost VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
    assert {field(packages[name], "Version") for name in NAMES} == {version}


def test_lintian_finds_nothing(packages):
    if not shutil.which("lintian"):
        pytest.skip("lintian is not installed")
    found = run("lintian", "--allow-root", "--tag-display-limit", "0", "--fail-on", "none", *packages.values(), timeout=300)
    assert found == ""
    assert not list((ROOT / "packaging/debian").glob("*overrides*"))


def test_each_library_comes_with_the_package_that_needs_it(packages):
    for name, library in [("postgres", "libpq5"), ("redis", "libhiredis"), ("azure-openai", "libcurl4"), ("servicebus", "libqpid-proton11")]:
        depends = field(packages[f"probehost-plugin-{name}"], "Depends")
        assert library in depends
        assert f"probehost (= {field(packages['probehost'], 'Version')})" in depends
        assert library not in field(packages["probehost"], "Depends") or library == "libcurl4"
    assert "libpocofoundation80" in field(packages["probehost"], "Depends")
    assert "libpoco" not in field(packages["probehost-plugin-redis"], "Depends")


def test_each_file_is_in_its_package(packages):
    triplet = run("dpkg-architecture", "-qDEB_HOST_MULTIARCH").strip()
    plugins = f"/usr/lib/{triplet}/probehost/plugins"
    expected = {
        "probehost": ["/usr/bin/probehost", "/usr/libexec/probehost/probehost-worker", f"{plugins}/model.so", "/etc/probehost/probehost.yaml",
                      "/lib/systemd/system/probehost.service", "/lib/systemd/system/probehost@.service", "/lib/systemd/system/probehost.socket",
                      "/usr/share/man/man1/probehost.1.gz", "/usr/share/man/man5/probehost.yaml.5.gz",
                      "/usr/share/bash-completion/completions/probehost", "/usr/share/zsh/vendor-completions/_probehost",
                      "/usr/share/fish/vendor_completions.d/probehost.fish", "/usr/share/doc/probehost/examples/low-port.conf"],
        "probehost-dev": ["/usr/include/probehost/abi.h", f"/usr/lib/{triplet}/pkgconfig/probehost-sdk.pc",
                          f"/usr/lib/{triplet}/cmake/probehost-sdk/probehost-sdk-config.cmake", "/usr/share/probehost/templates/every/packaging/package.sh",
                          "/usr/share/doc/probehost-dev/README.md", "/usr/share/doc/probehost/examples/tcp.cpp"],
        "probehost-plugins-extra": [f"{plugins}/{name}.so" for name in ("disk", "dns", "exec", "http", "process", "tcp", "tls-expiry")],
    }
    for name, paths in expected.items():
        assert set(paths) <= set(files(packages[name])), name
    for name in ("postgres", "redis", "azure-openai", "servicebus"):
        assert f"{plugins}/{name}.so" in files(packages[f"probehost-plugin-{name}"])


def test_only_programs_can_be_run_and_nothing_is_writable(packages):
    for name in NAMES:
        for path, mode in files(packages[name]).items():
            assert mode[5] == mode[8] == "-", f"{name}: {path} is {mode}"
            if mode[0] == "-" and "x" in mode:
                assert re.search(r"/(bin|libexec|templates)/", path), f"{name}: {path} is {mode}"


def test_the_packages_need_what_the_build_needs():
    def listed(name):
        lines = (ROOT / "packaging" / name).read_text(encoding="utf-8").splitlines()
        return {line for line in lines if line and not line.startswith("#")}

    control = (ROOT / "packaging/debian/control").read_text(encoding="utf-8")
    needed = set(re.findall(r"^ ([a-z0-9+.-]+)(?: \(.*\))?,$", control.split("\n\n")[0], re.MULTILINE)) - {"debhelper-compat"}
    assert needed == listed("packages-build") - {"g++", "make"}


@pytest.mark.parametrize("unit", ["probehost.service", "probehost@.service"])
def test_the_sandbox_leaves_little_exposed(unpacked, unit):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    run("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unpacked / "lib/systemd/system" / unit)


def test_systemd_finds_nothing_wrong_with_the_units(unpacked, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    for unit in ("probehost.service", "probehost@.service", "probehost.socket"):
        text = (unpacked / "lib/systemd/system" / unit).read_text(encoding="utf-8")
        (tmp_path / unit).write_text(text.replace("/usr/bin/probehost", str(unpacked / "usr/bin/probehost")), encoding="utf-8")
    units = [tmp_path / "probehost.service", tmp_path / "probehost.socket", tmp_path / "probehost@a.service"]
    (tmp_path / "probehost@a.service").write_text((tmp_path / "probehost@.service").read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False, timeout=60)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "probehost" in line] == []


def test_the_shipped_configuration_is_valid_and_the_program_finds_its_plugins(unpacked):
    program = unpacked / "usr/bin/probehost"
    assert subprocess.run([program, "validate", "--config", unpacked / "etc/probehost/probehost.yaml"], check=False, timeout=60).returncode == 0
    plugins = json.loads(run(program, "plugins", "--config", unpacked / "etc/probehost/probehost.yaml", "--format", "json"))
    assert "servicebus" in json.dumps(plugins)


def commands(program, *path):
    """Each command with its help, those of groups too."""
    text = run(program, *path, "--help")
    yield path, text
    for name in re.findall(r"^  ([a-z][a-z-]*) ", text.partition("Subcommands:")[2].partition("\n\n")[0], re.MULTILINE):
        yield from commands(program, *path, name)


def test_the_man_pages_tell_of_every_command_and_key(unpacked):
    for page, words in [
        ("man1/probehost.1", ["probehost " + " ".join(path) for path, _ in commands(unpacked / "usr/bin/probehost") if path]),
        ("man5/probehost.yaml.5", re.findall(r"^#### (.*)$", (ROOT / "config/README.md").read_text(encoding="utf-8"), re.MULTILINE)),
    ]:
        text = run("gzip", "-dc", unpacked / f"usr/share/man/{page}.gz").replace("\\-", "-").replace("\\_", "_")
        assert len(words) > 5
        assert [word for word in words if word not in text] == []


BASH = """
source {file}
COMP_WORDS=(probehost {words}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_probehost && printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
_describe() {{ print -l -- "${{(P@)3%%:*}}" }}
_files() {{ : }}
words=(probehost {words}) CURRENT=${{#words}}
source {file}
"""


@pytest.mark.parametrize("shell, script", [
    ("bash", BASH.replace("{file}", "usr/share/bash-completion/completions/probehost")),
    ("zsh", ZSH.replace("{file}", "usr/share/zsh/vendor-completions/_probehost").replace("$3", "3")),
    ("fish", "source usr/share/fish/vendor_completions.d/probehost.fish; complete --do-complete 'probehost {line}' | cut -f1"),
], ids=["bash", "zsh", "fish"])
def test_completions_know_every_command_and_option(unpacked, shell, script):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")

    def complete(*words):
        text = script.format(words=" ".join(f"'{word}'" for word in words), line=" ".join(words))
        return run(shell, "-c", text, cwd=unpacked, env={"PATH": f"{unpacked}/usr/bin:/usr/bin:/bin", "HOME": str(unpacked)}).split()

    for path, text in commands(unpacked / "usr/bin/probehost"):
        options = set(re.findall(r"^  (?:-[a-z],)?(--[a-z-]+)", text, re.MULTILINE))
        below = set(re.findall(r"^  ([a-z][a-z-]*) ", text.partition("Subcommands:")[2].partition("\n\n")[0], re.MULTILINE))
        assert options <= set(complete(*path, "--")), path
        assert below <= set(complete(*path, "")), path
    assert {"kubernetes", "containerapps", "systemd"} <= set(complete("manifest", ""))
    assert {"text", "json", "nagios"} <= set(complete("check", "--format", ""))
    assert {"c", "cpp", "go", "rust"} <= set(complete("plugin", "new", "--lang", ""))
