"""The model checker: what it makes of files, good, bad and changing, and of its settings."""
import json
import os
import shutil
import struct

import pytest
from peers import model_files

from . import loop
from .loop import said, took

KINDS = sorted(model_files.WRITERS)
MISSING = "fail: Embedding model not loaded"
DAMAGED = "fail: Embedding model file is damaged"


def once(given, **options):
    return loop.run("model", given, once=True, **options)[0]


def verdict(path, **more):
    return said(once({"path": str(path), **more}))


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def good(tmp_path, kind):
    return model_files.WRITERS[kind](tmp_path / f"model.{kind}")


def test_a_whole_file_is_loaded_whatever_its_name(good, kind, tmp_path):
    result = once({"path": good})
    assert said(result) == "pass" and result["detail"].lower().startswith(kind)
    result = once({"source": "file", "path": shutil.copy(good, f"{tmp_path}/model.bin")})
    assert said(result) == "pass" and result["detail"].lower().startswith(kind)


def test_a_file_cut_anywhere_is_damaged(good, kind, tmp_path):
    with open(good, "rb") as file:
        whole = file.read()
    for count in range(0, len(whole), 7):
        assert verdict(model_files.write(tmp_path / f"cut.{kind}", whole[:count])) == DAMAGED, count
    assert verdict(model_files.write(tmp_path / f"cut.{kind}", whole[:-1])) == DAMAGED


@pytest.mark.parametrize("spoil", [model_files.wrong_magic, model_files.bad_header_length])
def test_a_spoilt_header_is_damaged(good, spoil):
    spoil(good)
    assert verdict(good) == DAMAGED


def gguf(tensors=0, entries=0, rest=b"", version=3):
    return b"GGUF" + struct.pack("<IQQ", version, tensors, entries) + rest


def safetensors(header, data=b""):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(header)) + header + data


def offsets(begin, end):
    return {"w": {"dtype": "U8", "shape": [end - begin], "data_offsets": [begin, end]}}


KEY = model_files.gguf_string("key")
HUGE = struct.pack("<Q", 1 << 62)
BAD = {
    "gguf_version": gguf(version=9), "gguf_big_endian": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "gguf_type": gguf(entries=1, rest=KEY + struct.pack("<I", 77) + bytes(32)),
    "gguf_array": gguf(entries=1, rest=KEY + struct.pack("<II", 9, 4) + HUGE + bytes(32)),
    "gguf_nested": gguf(entries=1, rest=KEY + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 100),
    "gguf_name": gguf(entries=1, rest=HUGE + bytes(32)),
    "gguf_dimensions": gguf(tensors=1, rest=KEY + struct.pack("<I", 1 << 30) + bytes(32)),
    "gguf_overflow": gguf(tensors=1, rest=KEY + struct.pack("<I", 2) + HUGE + HUGE + bytes(32)),
    "gguf_offset": gguf(tensors=1, rest=KEY + struct.pack("<IIQ", 0, 0, (1 << 64) - 1) + bytes(32)),
    "gguf_alignment": gguf(entries=1, rest=model_files.gguf_string("general.alignment") + struct.pack("<II", 4, 0)),
    "safetensors_array": safetensors([1, 2, 3]), "safetensors_text": safetensors(b"{nonsense"),
    "safetensors_deep": safetensors(b'{"a":' + b"[" * 100000), "safetensors_more": safetensors(offsets(0, 4), bytes(5)),
    "safetensors_less": safetensors(offsets(0, 4), bytes(3)), "safetensors_backwards": safetensors(offsets(4, 0)),
    "safetensors_offsets": safetensors({"w": {"data_offsets": ["0", "4"]}}, bytes(4)),
    "safetensors_negative": safetensors({"w": {"data_offsets": [-4, 4]}}, bytes(4)),
    "safetensors_one": safetensors({"w": {"data_offsets": [4]}}, bytes(4)),
    "onnx_no_version": model_files.field(2, "producer") + model_files.field(7, b"x") + model_files.field(8, b""),
    "onnx_no_graph": model_files.field(1, 8) + model_files.field(8, b""),
    "onnx_no_operators": model_files.field(1, 8) + model_files.field(7, b"x"),
    "onnx_endless_number": b"\x08" + b"\xff" * 20,
}


@pytest.mark.parametrize("name", BAD)
def test_nonsense_under_a_models_name_is_damaged(tmp_path, name):
    assert verdict(model_files.write(tmp_path / f"model.{name.split('_')[0]}", BAD[name])) == DAMAGED


def test_what_the_formats_allow_is_healthy(tmp_path):
    alignment = model_files.gguf_string("general.alignment") + struct.pack("<II", 4, 64)
    strings = KEY + struct.pack("<IIQ", 9, 8, 2) + model_files.gguf_string("a") + model_files.gguf_string("b")
    assert verdict(model_files.write(tmp_path / "a.gguf", gguf(entries=2, rest=alignment + strings))) == "pass"
    assert verdict(model_files.write(tmp_path / "v2.gguf", gguf(version=2))) == "pass"
    assert verdict(model_files.write(tmp_path / "empty.safetensors", safetensors({}))) == "pass"
    nested = {"__metadata__": {"data_offsets": "[0, 99]"}, **offsets(0, 4)}
    assert verdict(model_files.write(tmp_path / "meta.safetensors", safetensors(nested, bytes(4)))) == "pass"


def test_any_other_file_needs_a_size_only(tmp_path):
    assert verdict(model_files.write(tmp_path / "model.bin", b"x")) == "pass"
    assert verdict(model_files.write(tmp_path / "model.bin", b"")) == DAMAGED
    with open(tmp_path / "large.bin", "wb") as file:
        file.truncate(20 << 30)
    assert verdict(tmp_path / "large.bin") == "pass"


def test_a_git_lfs_pointer_is_no_model(tmp_path):
    pointer = model_files.write(tmp_path / "model.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    result = once({"path": pointer})
    assert said(result) == DAMAGED and "Git LFS" in result["detail"]


def test_what_is_no_readable_file_is_not_loaded(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    os.symlink("loop", tmp_path / "loop")
    for name in ("missing", "fifo", "loop", "."):
        assert verdict(tmp_path / name) == MISSING
    assert verdict(tmp_path / "missing", label="Reranker") == "fail: Reranker not loaded"


def test_a_header_of_100_megabytes_takes_no_memory(tmp_path):
    entry = b'"w%09d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},'
    header = b"{" + b"".join(entry % number for number in range(400000))[:-1] + b"}"
    path = model_files.write(tmp_path / "many.safetensors", safetensors(header))
    *results, after = loop.run("model", {"path": path}, once=True, runs=2, timeout=20000)
    assert said(results[0]) == "pass" and "400000 tensors" in results[0]["detail"] and loop.grown_kb(after) < 20_000


@pytest.fixture
def watched(good):
    with loop.Loop("model", {"path": good}, pause=20) as running:
        running.until(lambda result: said(result) == "pass")
        yield running


def heard(running, message, seconds=2):
    results = running.until(lambda result: said(result) == message, seconds)
    assert all(took(result) < 50 for result in results)


def test_a_file_that_is_truncated_in_use_is_noticed_and_so_is_its_replacement(watched, good, kind, tmp_path):
    model_files.truncate(good)
    heard(watched, DAMAGED)
    os.truncate(good, 0)
    heard(watched, DAMAGED)
    os.unlink(good)
    heard(watched, MISSING)
    os.rename(model_files.WRITERS[kind](tmp_path / "new"), good)
    heard(watched, "pass")
    os.rename(model_files.write(tmp_path / "new", b"\0" * 100), good)
    heard(watched, DAMAGED)


def test_a_file_that_appears_late_is_noticed(tmp_path):
    path = str(tmp_path / "model.safetensors")
    with loop.Loop("model", {"path": path}, pause=20) as running:
        heard(running, MISSING)
        model_files.write_safetensors(path)
        heard(running, "pass")


def test_a_file_written_to_all_the_time_crashes_nobody(tmp_path):
    path = model_files.write_gguf(tmp_path / "model.gguf")
    with open(path, "rb") as file:
        whole = file.read() + bytes(1 << 20)
    with loop.Loop("model", {"path": path}, pause=1) as running:
        for _ in range(200):
            model_files.write(path, whole)
            os.truncate(path, 0)
            running.next()
        model_files.write_gguf(path)
        heard(running, "pass")


@pytest.mark.parametrize("given, key", [
    ({}, "path"), ({"source": "file"}, "path"), ({"source": "app"}, "key"), ({"source": "server"}, "url"),
    ({"path": "x", "key": "y"}, "key"), ({"source": "app", "key": "y", "path": "x"}, "path"),
    ({"source": "server", "url": "nonsense"}, "url"), ({"source": "server", "url": "http://u:p@h"}, "url"),
    ({"source": "server", "url": "http://h", "dialect": "tfserving"}, "model"),
    ({"source": "server", "url": "http://h", "poll_interval": "0s"}, "poll_interval"),
    ({"source": "server", "url": "http://h", "api_key": "a b"}, "api_key"),
    ({"source": "server", "url": "http://h", "ca_file": "/nonexistent"}, "ca_file")], ids=str)
def test_a_wrong_setting_is_named(given, key):
    assert f"{key}: expected" in loop.refused("model", given)


def test_a_host_without_a_word_of_the_application_says_not_loaded():
    assert said(once({"source": "app", "key": "embedding"})) == MISSING


@pytest.mark.soak
def test_ten_thousand_checks_leave_nothing_behind(tmp_path):
    path = model_files.write_safetensors(tmp_path / "model.safetensors")
    for given in ({"path": path}, {"path": "/nonexistent"}, {"source": "app", "key": "x"}):
        *_, after = loop.run("model", given, runs=10000, every=5000)
        assert loop.flat(after)
