"""Where the tests look for what they test."""
import os

import pytest

from conftest import build_directory


def test_a_relative_path_is_that_of_where_pytest_was_started(monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROBEHOST_BIN", "bin")
    assert build_directory("PROBEHOST_BIN", "bin") == tmp_path / "bin"
    assert os.environ["PROBEHOST_BIN"] == str(tmp_path / "bin")


def test_one_that_is_missing_is_told_of(monkeypatch, tmp_path):
    monkeypatch.setenv("PROBEHOST_BIN", str(tmp_path / "nothing"))
    with pytest.raises(pytest.fail.Exception, match="nothing is no directory: run `bash tests/run.sh --only release`, or set PROBEHOST_BIN"):
        build_directory("PROBEHOST_BIN", "bin")
