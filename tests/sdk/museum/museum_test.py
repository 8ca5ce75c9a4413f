"""Plugins as they were built with the SDK of each release, in each language: this host runs them as its own.

A release adds a folder with what this makes on Debian 12, where that release is installed:
    for language in c cpp rust go; do
        probehost plugin new exhibit-$language --lang $language
        (cd exhibit-$language; if [ -f Makefile ]; then make; else cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build; fi)
        strip --strip-unneeded -o $language.so exhibit-$language/build/exhibit-$language.so
    done
What is here never changes.
"""
import pathlib
import platform
import shutil

import pytest
from peers.greeter import greeter, unused_port
from system.host import Host, short_directory, until

EXHIBITS = sorted(pathlib.Path(__file__).parent.glob("*/*.so"))

pytestmark = [pytest.mark.slow, pytest.mark.skipif(platform.machine() != "x86_64", reason="the files are of x86-64")]


@pytest.fixture(params=EXHIBITS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def exhibit(request, tmp_path):
    """Its language; the file lies in tmp_path, where nobody else may write it."""
    tmp_path.chmod(0o755)
    shutil.copyfile(request.param, tmp_path / "exhibit.so")
    (tmp_path / "exhibit.so").chmod(0o644)
    return request.param.stem


def test_each_language_is_there():
    for release in {file.parent for file in EXHIBITS}:
        assert {file.stem for file in release.glob("*.so")} == {"c", "cpp", "rust", "go"}
    assert EXHIBITS


@pytest.mark.parametrize("isolation", ["process", "thread"])
def test_a_plugin_of_an_earlier_release_works(programs, exhibit, isolation, tmp_path):
    checker = {"checker": f"exhibit-{exhibit}", "isolation": isolation, "timeout": "5s", "interval": "100ms"}
    with greeter() as port, short_directory() as directory:
        checks = {"good": {**checker, "with": {"port": port}}, "bad": {**checker, "critical": False, "with": {"port": unused_port()}}}
        host = Host(programs, [tmp_path], {"checks": checks}, directory)
        try:
            answer = host.start().until_ready()
            assert answer.checks["good"]["healthy"] is True
            assert answer.checks["bad"]["error"] == "Connection refused"
            until(lambda: host.get("/health/ready?verbose").checks["good"]["runs"] > 10)
            assert host.reload()
            assert host.ready().status == 200
            host.process.terminate()
            assert host.wait() == 0
        finally:
            host.stop()


def test_a_setting_that_an_earlier_release_refuses_is_refused(programs, exhibit, tmp_path):
    with short_directory() as directory:
        host = Host(programs, [tmp_path], {"checks": {"a": {"checker": f"exhibit-{exhibit}", "with": {"port": "none"}}}}, directory)
        done = host.run("validate", "--config", host.file)
        assert done.returncode == 78
        assert "checks.a.with.port: " in done.stderr
