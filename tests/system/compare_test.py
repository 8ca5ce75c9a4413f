"""What the comparison under attack calls wrong (benchmarks/front_attack/compare.py)."""
import importlib.util
import pathlib

import pytest

PROGRAM = pathlib.Path(__file__).parents[2] / "benchmarks" / "front_attack" / "compare.py"
LINE = "{:9} 10000 open    10000 made |  10000 ok    0 failed | p50   0.12 p99  {:5} p99.9  {:5} max   90.00 ms | RSS 10.1 -> 12.4 MB"


@pytest.fixture(scope="module")
def compare():
    spec = importlib.util.spec_from_file_location("compare", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind, p99, p999, status, wrong", [
    ("slow", "10.00", "25.00", 0, []),
    ("slow", "10.01", "24.00", 0, ["p99 above 10 ms"]),
    ("slow", "9.00", "25.01", 0, ["p99.9 above 25 ms"]),
    ("churn", "9.00", "50.00", 0, []),
    ("churn", "9.00", "50.01", 0, ["p99.9 above 50 ms"]),
    ("slow", "1.00", "1.00", 1, ["probes failed"]),
    ("slow", "11.00", "26.00", 1, ["probes failed", "p99 above 10 ms", "p99.9 above 25 ms"]),
])
def test_a_line_of_figures(compare, kind, p99, p999, status, wrong):
    assert compare.faults(LINE.format(kind, p99, p999), status, kind) == wrong


@pytest.mark.parametrize("kind", ["deaf", "huge"])
@pytest.mark.parametrize("after, wrong", [("74.1", []), ("74.2", ["more than 64 MB larger"])])
def test_memory(compare, kind, after, wrong):
    assert compare.faults(LINE.format(kind, "1.00", "1.00").replace("12.4 MB", after + " MB"), 0, kind) == wrong


def test_no_figures_at_all(compare):
    assert compare.faults("", 1, "slow") == ["probes failed", "p99 above 10 ms", "p99.9 above 25 ms", "more than 64 MB larger"]
