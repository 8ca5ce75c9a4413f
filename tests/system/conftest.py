"""Hosts that end with their test, and the scripted checker that they are configured with."""
import contextlib
import resource
import socket
import subprocess

import pytest

from .host import Host, short_directory
from .scripted import HERE, INCLUDE, Script, compile_plugin


@pytest.fixture(scope="session")
def scripted_plugins(tmp_path_factory):
    directory = tmp_path_factory.mktemp("plugins")
    compile_plugin(HERE / "scripted.c", directory / "scripted.so")
    return directory


@pytest.fixture
def script(tmp_path):
    return Script(tmp_path / "script")


@pytest.fixture
def configured(programs, scripted_plugins):
    """Makes hosts that are not yet started; all have ended, and their files are gone, when the test is over."""
    with contextlib.ExitStack() as everything:
        def make(config, plugins=None, env=None):
            directory = everything.enter_context(short_directory())
            host = Host(programs, [scripted_plugins] if plugins is None else plugins, config, directory, env)
            everything.callback(host.stop)
            return host
        yield make


@pytest.fixture
def serving(configured):
    """Makes hosts that listen."""
    def make(config, **options):
        return configured(config, **options).start()
    return make


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return port


@pytest.fixture
def manager(tmp_path):
    """A service manager's notify socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        yield manager


@pytest.fixture
def many_descriptors():
    """As many as may be, for a test with many clients; yields that number."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="session")
def zoo(tmp_path_factory):
    """A folder of plugins that do harm."""
    directory = tmp_path_factory.mktemp("zoo")
    compile_plugin(HERE / "misbehaving" / "misbehaving.c", directory / "misbehaving.so", "-Wno-error", "-pthread")
    subprocess.run(["g++", "-std=c++17", "-O1", "-g", "-fPIC", "-shared", "-fvisibility=hidden", "-I", INCLUDE, HERE / "misbehaving" / "throwing.cpp",
                    "-o", directory / "throwing.so"], check=True, timeout=120)
    return directory


@pytest.fixture
def beside(configured, scripted_plugins, zoo, script):
    """A host with a bad check and a good one."""
    def make(bad):
        checks = {"bad": bad, "good": script.check("good", interval="50ms", max_age="20ms")}
        return configured({"checks": checks}, plugins=[scripted_plugins, zoo]).start()
    return make
