"""What every test outside the unit tests shares: where the build put the programs and the plugins under test."""
import os
import pathlib

import pytest

HOW = "run `bash tests/run.sh --only system`, or set it to a build's {} directory"


def build_directory(variable, name):
    given = os.environ.get(variable)
    if not given:
        pytest.fail(f"{variable} is not set: {HOW.format(name)}", pytrace=False)
    if not os.path.isdir(given):
        pytest.fail(f"{variable} is {given}, which is no directory: {HOW.format(name)}", pytrace=False)
    return pathlib.Path(given)


@pytest.fixture(scope="session")
def programs():
    return build_directory("PROBEHOST_BIN", "bin")


@pytest.fixture(scope="session")
def plugins():
    return build_directory("PROBEHOST_PLUGINS", "plugins")


def pytest_runtest_setup(item):
    """The peers are tested by themselves; whatever else there is, is about a build."""
    if "peers" not in item.path.relative_to(pathlib.Path(__file__).parent).parts:
        build_directory("PROBEHOST_BIN", "bin")
        build_directory("PROBEHOST_PLUGINS", "plugins")
