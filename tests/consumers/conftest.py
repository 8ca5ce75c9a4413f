"""Two instances of a service, each with a probehost beside it, and who asks after their health: the real programs."""
import contextlib
import pathlib
import shutil

import pytest
from peers.peer import bound_socket
from peers.process import Child
from system.conftest import configured, script, scripted_plugins  # noqa: F401 (fixtures)
from system.host import short_directory, until

from .instance import Instance, Load


@pytest.fixture
def instances(configured, script):  # noqa: F811
    with contextlib.ExitStack() as everything:
        yield [everything.enter_context(Instance(name, configured, script)) for name in ("a", "b")]


@pytest.fixture
def consumer():
    """Starts a program with the text of its configuration, in which PORT and DIR stand for what it gets; gives its URL."""
    with contextlib.ExitStack() as everything:
        def start(argv, text):
            assert shutil.which(argv[0]), f"{argv[0]} is missing: packaging/packages-install.sh test installs it"
            folder = everything.enter_context(short_directory())
            port = everything.enter_context(bound_socket()).getsockname()[1]  # nobody else is given it
            (folder / "config").write_text(text.replace("PORT", str(port)).replace("DIR", str(folder)), encoding="ascii")
            argv = [word.replace("PORT", str(port)).replace("DIR", str(folder)) for word in argv]
            child = Child(argv, str(folder / "log"))
            everything.callback(child.stop)
            child.wait_for(("127.0.0.1", port))
            return Consumer(f"http://127.0.0.1:{port}", folder)
        yield start


class Consumer:
    def __init__(self, url, folder):
        self.url = url
        self.dir = pathlib.Path(folder)


@pytest.fixture
def load():
    """Asks a URL without a pause, from several threads, until the test is over; every answer is kept."""
    with contextlib.ExitStack() as everything:
        def start(url):
            running = everything.enter_context(Load(url))
            until(lambda: len(running.answers) > 20, what="twenty answers")
            return running
        yield start
