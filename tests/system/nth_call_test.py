"""Every n-th call of something fails: a sample, for each n that is left out see tests/faults/nth_call.py."""
import pathlib

import pytest

from faults import nth_call

STEPS = {"malloc": 53, "open": 1, "socket": 1, "accept": 3, "epoll_ctl": 1, "write": 1, "pthread_create": 1, "posix_spawn": 1}
MOST = {"malloc": 6000}


@pytest.mark.slow
@pytest.mark.parametrize("call, step", STEPS.items(), ids=list(STEPS))
def test_no_crash_and_no_hang(programs, tmp_path_factory, call, step):
    directory = tmp_path_factory.mktemp("nth")
    tools = nth_call.bench(pathlib.Path(programs).parent, directory)
    _, failed, wrong = nth_call.all_runs(tools, call, MOST.get(call, 60), step)
    assert failed > 0
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("call, most, step", [("malloc", 400, 23), ("open", 12, 1), ("write", 20, 3), ("pthread_create", 6, 1)])
def test_a_worker_costs_its_own_check_only(programs, tmp_path_factory, call, most, step):
    directory = tmp_path_factory.mktemp("nth")
    tools = nth_call.bench(pathlib.Path(programs).parent, directory, of_worker=True)
    _, failed, wrong = nth_call.all_runs(tools, call, most, step)
    assert failed > 0
    assert not wrong, "\n".join(wrong)
