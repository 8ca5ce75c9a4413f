"""Plugins whose runtimes or libraries do not get along, side by side."""
import os
import subprocess

import pytest

from .host import until
from .scripted import HERE, compile_plugin

pytestmark = pytest.mark.slow


def library(directory, says):
    """One library name, as every distribution has it, with another content."""
    directory.mkdir()
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-soname,libshared.so.5", "-x", "c", "-", "-o", directory / "libshared.so.5"],
                   input=f'const char* shared_says(void) {{ return "{says}"; }}', text=True, check=True)
    os.symlink("libshared.so.5", directory / "libshared.so")


def test_two_versions_of_one_library(serving, tmp_path):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    for number, version in enumerate(["3.1", "3.2"]):
        library(tmp_path / version, version)
        text = (HERE / "versioned.c").read_text(encoding="ascii").replace('"versioned"', f'"versioned{number}"')
        compile_plugin("extern const char* shared_says(void);\n" + text, plugins / f"versioned{number}.so", "-DSAYS=shared_says()",
                       "-L", tmp_path / version, "-Wl,-rpath," + str(tmp_path / version), "-Wl,--no-as-needed,-lshared")
    host = serving({"checks": {f"of{number}": {"checker": f"versioned{number}"} for number in (0, 1)}}, plugins=[plugins])
    until(lambda: [check.get("error") for check in host.ready().checks.values()] == ["3.1", "3.2"])


def test_go_never_runs_in_the_host(serving, tmp_path):
    source = '__attribute__((section(".go.buildinfo"), used)) static const char build[] = "go1.19";\n'
    compile_plugin(source + (HERE / "versioned.c").read_text(encoding="ascii"), tmp_path / "versioned.so")
    host = serving({"checks": {"go": {"checker": "versioned", "isolation": "thread"}}}, plugins=[tmp_path])
    host.until_ready()
    host.until_logged("isolation thread is not obeyed")
    with open(f"/proc/{host.process.pid}/maps", encoding="ascii") as maps:
        assert "versioned.so" not in maps.read()
