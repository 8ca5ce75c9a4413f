"""What every test outside the unit tests shares: where the build put the programs and the plugins under test."""
import os
import pathlib

import pytest

RELEASE = pathlib.Path(__file__).parent.parent / "build" / "ci-release"


def build_directory(variable, name):
    """As an absolute path, also for the programs that tests start elsewhere; that of tests/run.sh when none is given."""
    found = pathlib.Path(os.environ.get(variable) or RELEASE / name).absolute()
    if not found.is_dir():
        pytest.fail(f"{found} is no directory: run `bash tests/run.sh --only release`, or set {variable} to a build's {name} directory",
                    pytrace=False)
    os.environ[variable] = str(found)
    return found


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
