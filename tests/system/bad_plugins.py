"""Everything that may lie in a plugin directory and is no plugin that this host can use."""
import subprocess

from .scripted import HERE, compile_plugin

HEAD = """
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "probehost/abi.h"
PH_ELF_NOTE(0, 0);
"""
ENTRY = HEAD + "const ph_plugin *probehost_plugin_entry_v1(const ph_host *host) { (void)host; %s return NULL; }"

ENTRIES = {
    "crashes": "raise(SIGSEGV);",
    "aborts": "abort();",
    "exits": "exit(0);",
    "exits_early": "_exit(0);",
    "serves_nobody": "",
    "chatters": 'for (int i = 0; i < 9999; i++) puts("GARBAGE"); fputs("GARBAGE\\n", stderr); abort();',
    "empty_table": "static ph_plugin nothing; return &nothing;",
    "wild_pointer": "return (const ph_plugin *)(uintptr_t)8;",
}
# What has to stand on its line; the file's name stands there always.
REASONS = {
    "crashes": "crashed while loading: SIGSEGV", "aborts": "crashed while loading: SIGABRT",
    "exits": "exited with status 0 while loading", "exits_early": "exited with status 0 while loading",
    "serves_nobody": "cannot serve this host", "chatters": "crashed while loading: SIGABRT",
    "empty_table": "struct_size", "wild_pointer": "crashed while loading: SIGSEGV",
    "constructor": "crashed while loading: SIGSEGV", "no_entry": "does not export probehost_plugin_entry_v1",
    "no_note": "carries no probehost note", "next_major": "needs plugin ABI 2.0", "next_minor": "needs plugin ABI 1.9",
    "lying_note": "needs plugin ABI 2.0", "unresolved": "cannot be loaded: ", "text": "not a shared object",
    "nothing": "not a shared object", "truncated": "not complete", "other_machine": "built for aarch64",
    "an_object": "not a shared object", "a_directory": "not a regular file", "a_dead_link": "cannot be read",
    "for_everyone": "writable by everyone", "no_schema": "faulty: the settings schema of scripted cannot be used: ",
}


def sources():
    all_of = {name: ENTRY % body for name, body in ENTRIES.items()}
    good = (HERE / "scripted.c").read_text(encoding="utf-8")
    all_of["constructor"] = good + "\n#include <signal.h>\n__attribute__((constructor)) static void early(void) { raise(SIGSEGV); }"
    all_of["no_entry"] = "int nothing_to_see(void) { return 0; }"
    all_of["no_note"] = good.replace("PH_ELF_NOTE(0, 0);", "")
    all_of["next_minor"] = good.replace("PH_ELF_NOTE(0, 0);", "PH_ELF_NOTE(9, 0);")
    major = '#include "probehost/abi.h"\n#undef PH_ABI_MAJOR\n#define PH_ABI_MAJOR 2u\n'
    all_of["next_major"] = major + good
    all_of["lying_note"] = good.replace("sizeof(ph_plugin), PH_ABI_MAJOR", "sizeof(ph_plugin), 2")
    all_of["no_schema"] = good.replace('"{\\"type\\":\\"object\\"', '"{\\"type\\":')
    all_of["unresolved"] = good + "\nvoid nowhere_to_be_found(void);\nvoid *keep = (void *)nowhere_to_be_found;"
    return all_of


def patched(good, target, offset, data):
    content = bytearray(good.read_bytes())
    content[offset:offset + len(data)] = data
    target.write_bytes(content)


def fill(directory, good):
    """One of each; `good` is a plugin that works."""
    for name, source in sources().items():
        compile_plugin(source, directory / f"{name}.so")
    (directory / "text.so").write_text("#!/bin/sh\necho this is no plugin\n", encoding="ascii")
    (directory / "nothing.so").touch()
    (directory / "truncated.so").write_bytes(good.read_bytes()[:4000])
    patched(good, directory / "other_machine.so", 18, (183).to_bytes(2, "little"))
    subprocess.run(["gcc", "-c", "-x", "c", "-", "-o", directory / "an_object.so"], input=b"int a;", check=True, timeout=60)
    (directory / "a_directory.so").mkdir()
    (directory / "a_dead_link.so").symlink_to("/nonexistent/plugin.so")
    (directory / "for_everyone.so").write_bytes(good.read_bytes())
    (directory / "for_everyone.so").chmod(0o777)
    (directory / "README.txt").write_text("not even named like a plugin", encoding="ascii")
