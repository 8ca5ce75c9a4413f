"""What the tests of the extra checkers start once."""
import pytest
from peers.tls import Authority


@pytest.fixture(scope="session")
def authority():
    with Authority() as made:
        yield made
