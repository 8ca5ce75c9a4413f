"""The plugin ABI as it was released, against the headers as they are; and that the gate lets an append pass and nothing else.

Each release adds the dump of its ABI to this folder, and the members that are new to released.h:
    gcc -std=gnu99 -g -O0 -shared -fPIC -I ../../../sdk/include reference.c -o reference.so
    abidw --no-show-locs --no-comp-dir-path --no-corpus-path reference.so > 1.N.abi
"""
import pathlib
import platform
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
HEADERS = HERE.parents[2] / "sdk/include"
DUMPS = sorted(HERE.glob("*.abi"))

pytestmark = [pytest.mark.slow, pytest.mark.skipif(platform.machine() != "x86_64", reason="the dumps are of x86-64")]


def compare(headers, directory, dump=DUMPS[0]):
    """What abidiff ends with, and what it says."""
    library = directory / "reference.so"
    subprocess.run(["gcc", "-std=gnu99", "-g", "-O0", "-shared", "-fPIC", "-I", headers, "reference.c", "-o", library], cwd=HERE, check=True)
    done = subprocess.run(["abidiff", "--no-added-syms", "--suppressions", HERE / "growth.suppr", dump, library], capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def lock(headers):
    """What the compiler says of the layout lock."""
    return subprocess.run(["gcc", "-std=c11", "-fsyntax-only", "-I", headers, "layout_lock.c"], cwd=HERE.parent, capture_output=True,
                          text=True, check=False).stderr


@pytest.fixture
def edited(tmp_path):
    """The headers after the replacements of (old, new) in abi.h, or in another header."""
    def edit(*replacements, header="abi.h"):
        headers = tmp_path / "include"
        shutil.copytree(HEADERS, headers)
        file = headers / "probehost" / header
        text = file.read_text(encoding="utf-8")
        for old, new in replacements:
            assert text.count(old) == 1, f"{old!r} is in {header} {text.count(old)} times"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        return headers
    return edit


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.name)
def test_what_was_released_has_not_changed(dump, tmp_path):
    status, said = compare(HEADERS, tmp_path, dump)
    assert status == 0, said


LAST = {  # of each struct that may grow
    "ph_error": "    uint32_t message_length; /* bytes written, NUL excluded */\n",
    "ph_run_context": "    ph_run* run;             /* names this run in the host's callbacks */\n",
    "ph_host": "    const void* (*get_extension)(const ph_host* host, const char* id);\n",
    "ph_checker": "    const void* (*get_extension)(const ph_checker* checker, const char* id);\n",
    "ph_plugin": "    const void* (*get_extension)(const char* id);          /* [any] may be NULL */\n",
}
NEWER = "    int32_t newer, newest;\n"


@pytest.mark.parametrize("struct", LAST)
def test_an_append_passes(struct, edited, tmp_path):
    status, said = compare(edited((LAST[struct], LAST[struct] + NEWER)), tmp_path)
    assert status == 0, said


@pytest.mark.parametrize("struct", LAST)
def test_an_insertion_fails(struct, edited, tmp_path):
    headers = edited((LAST[struct], NEWER + LAST[struct]))
    status, said = compare(headers, tmp_path)
    assert status & 4, said
    assert "has moved" in lock(headers)


@pytest.mark.parametrize("old, new", [
    ("    int32_t code;  /*", "    uint32_t code;  /*"),
    ("int32_t (*run)(ph_check* check, const ph_run_context* context, ph_error* error);",
     "int64_t (*run)(ph_check* check, const ph_run_context* context, ph_error* error);"),
    ("void (*destroy)(ph_check* check);", "void (*destroy)(ph_check* check, int32_t how);"),
    ("abi_minor_needed, flags; /* as in ph_plugin */", "abi_minor_needed, flags, newer; /* as in ph_plugin */")],
    ids=["a type changes", "a result changes", "a parameter is added", "the note grows"])
def test_any_other_change_fails(old, new, edited, tmp_path):
    status, said = compare(edited((old, new)), tmp_path)
    assert status & 4, said


def test_a_change_fails_also_where_something_was_appended(edited, tmp_path):
    headers = edited((LAST["ph_host"], LAST["ph_host"] + NEWER), ("const char* key, double value,", "const char* key, float value,"))
    status, said = compare(headers, tmp_path)
    assert status & 4, said


def test_an_extension_may_grow_too(edited, tmp_path):
    last = "    int32_t (*state)(const ph_host* host, const char* key, uint64_t key_length, int64_t* age_ms);\n"
    status, said = compare(edited((last, last + NEWER), header="ext/app_state.h"), tmp_path)
    assert status == 0, said


TWO = """    uint32_t scope;              /* PH_SCOPE_... */
    uint32_t probes;             /* PH_PROBE_... suggested */
"""


@pytest.mark.parametrize("replacements, said", [
    ([(TWO, "".join(reversed(TWO.splitlines(keepends=True))))], "ph_checker.scope has moved"),
    ([(" vendor; ", " publisher; ")], "no member named"),
    ([("PH_SCOPE_EXTERNAL = 0, PH_SCOPE_LOCAL = 1", "PH_SCOPE_EXTERNAL = 1, PH_SCOPE_LOCAL = 0")], "a scope has changed"),
    ([("    uint32_t message_length;", "    uint64_t message_length;")], "the size of ph_error.message_length has changed")],
    ids=["two members change places", "a member has another name", "a constant changes", "a member grows"])
def test_the_lock_ends_a_build_that_moves_or_renames_anything(replacements, said, edited):
    assert said in lock(edited(*replacements))


def test_the_lock_lets_the_headers_pass_as_they_are():
    assert lock(HEADERS) == ""
