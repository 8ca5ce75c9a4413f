"""What the tests of the checkers share."""
import pytest
from peers.tls import Authority


def pytest_configure(config):
    config.addinivalue_line("markers", "soak: thousands of checks, to see that nothing grows")


@pytest.fixture(scope="session")
def authority():
    with Authority() as made:
        yield made
