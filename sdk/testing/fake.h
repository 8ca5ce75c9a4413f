/* The fake host's own state. */
#ifndef PROBEHOST_SDK_FAKE_H
#define PROBEHOST_SDK_FAKE_H

#include <probehost/testing/fake_host.h>

#include "guarded.h"
#include "recording.h"

/* One setting, or one extension: what is found under a name. */
struct entry {
    char* name;
    char* text;
    const void* extension;
    struct guarded lent; /* to create(), until it returns */
};

struct entries {
    struct entry* all;
    uint32_t count;
};

/* What a checker knows of the host besides its table; these two are only told apart by their types. */
struct ph_settings {
    ph_fake* fake;
};
struct ph_run {
    ph_fake* fake;
};

struct ph_fake {
    struct guarded host;
    struct ph_settings settings;
    struct ph_run run;
    struct entries values, extensions;
    char* json;
    struct guarded lent_json;
    int creating, running; /* whether create() or run() is under way */
    struct recording said;
    ph_fake_result result;
    uint32_t reason, attempt, message_size;
    int cancel_fd;
    int64_t cancelled_ns; /* atomic; 0: not */
    const ph_plugin* plugin;
    int initialised;
    const ph_checker* checker;
    ph_check* check;
};

/* The table that a plugin sees of `fake`. */
ph_host fake_host_table(ph_fake* fake);

struct entry* find_entry(const struct entries* entries, const char* name);

#endif
