"""The disk checker: space and inodes of real file systems, against thresholds."""
import os
import subprocess

import pytest
from checkers import loop

from .extra_case import costs, first, run

MANY = {"warn_free": "0%", "fail_free": "0%", "warn_inodes": "0%", "fail_inodes": "0%"}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A file system of 4 MiB with 100 inodes, 3 MiB and 60 inodes of them used."""
    path = tmp_path_factory.mktemp("small")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=100", "tmpfs", path], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing may be mounted here: {done.stderr.strip()}")
    try:
        (path / "big").write_bytes(bytes(3 * 1024 * 1024))
        for number in range(58):  # "big" and the directory are the other two
            (path / str(number)).touch()
        yield str(path)
    finally:
        subprocess.run(["umount", path], check=True)


def disk(path, **settings):
    return first("disk", {"path": path, **MANY, **settings})


@pytest.mark.parametrize("settings, message", [
    ({}, "pass"), ({"warn_free": "20%", "fail_free": "10%"}, "pass"),
    ({"warn_free": "26%"}, "warn: Disk nearly full"), ({"warn_free": "24%"}, "pass"),
    ({"warn_free": "40%", "fail_free": "25.5%"}, "fail: Disk nearly full"),
    ({"fail_free": "1025KiB"}, "fail: Disk nearly full"), ({"fail_free": "1023KiB"}, "pass"),
    ({"fail_free": "1.1MB"}, "fail: Disk nearly full"), ({"fail_free": "1MB"}, "pass"),
    ({"warn_free": "1GB"}, "warn: Disk nearly full"), ({"warn_free": "1048576B"}, "pass"),
    ({"warn_inodes": "41%"}, "warn: Inodes nearly used up"), ({"warn_inodes": "39%"}, "pass"),
    ({"fail_inodes": "41"}, "fail: Inodes nearly used up"), ({"fail_inodes": "40"}, "pass"),
    ({"warn_free": "90%", "fail_inodes": "90%"}, "fail: Inodes nearly used up")], ids=str)
def test_thresholds_are_percentages_or_sizes(small, settings, message):
    assert disk(small, **settings) == message
    assert disk(f"{small}/big", **settings) == message


def test_what_is_left_is_in_the_detail_and_no_path_in_the_message(small):
    [result] = run("disk", {"path": small, "warn_free": "99%"})
    assert result["message"] == "Disk nearly full"
    assert result["detail"] == f"{small}: 1 MB free, 25.0%"


def test_a_file_system_that_fills_up_is_noticed_and_so_is_its_end(small):
    with loop.Loop("disk", {"path": small, **MANY, "fail_free": "10%"}) as running:
        running.until(lambda result: result["status"] == "pass")
        with open(f"{small}/more", "wb") as file:
            file.write(bytes(900 * 1024))
        running.until(lambda result: result["message"] == "Disk nearly full")
        os.unlink(f"{small}/more")
        running.until(lambda result: result["status"] == "pass")


def test_what_is_not_there_says_so(tmp_path):
    assert disk("/nonexistent/folder") == "fail: Path not found"
    (tmp_path / "file").touch()
    assert disk(f"{tmp_path}/file/below") == "fail: Path not found"


def test_a_file_system_without_inodes_has_enough():
    assert disk("/proc", warn_inodes="90%", fail_inodes="50%") == "pass"


@pytest.mark.soak
def test_thousands_of_checks_leave_nothing_behind():
    _, after = costs("disk", {"path": "/"}, 5000, every=5000)
    assert loop.flat(after)


def test_more_than_everything_is_no_threshold():
    assert "fail_free: expected at most 100%" in loop.refused("disk", {"path": "/", "fail_free": "101%"})
