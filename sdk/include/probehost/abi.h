/* SPDX-License-Identifier: MIT-0
 * The probehost plugin ABI, major 1: what a plugin (.so) and its host say to each other, in C99.
 *
 * POLICY
 *  P1 Released means: in any tagged release. A released struct member, constant, symbol, string id, and the
 *     documented meaning of each (ownership, threads, NULL) never changes. What is not released yet may change freely.
 *  P2 Nothing is changed into something else; the new is added beside it, in three ways only: members appended behind
 *     `struct_size`; extensions asked for by a string id "name/revision"; a new major with a new entry symbol.
 *  P3 Whatever is added is optional for the other side: a missing member or extension has a documented default.
 *  P4 What is deprecated goes on working for at least four minor releases and for the life of its major.
 *
 * WORDS
 *  plugin   the .so                          checker  the code that looks at one kind of thing ("redis")
 *  check    one configured instance of a checker           run  one execution of a check, with a deadline
 *
 * THREADS  Every function carries a tag.
 *  T1 [control] One call at a time per plugin, on any thread: entry, init, create, destroy, deinit.
 *  T2 [run]     On any pool thread; never twice at once for one check; checks of one checker run side by side.
 *  T3 [any]     From any thread, also the plugin's own, until destroy() of the check concerned returns.
 *  T4 The host holds no lock while it is inside a plugin.
 *  T5 destroy() joins every thread that its check started.
 *  Broken T1..T4: undefined behaviour in the host's process. T5: a crash later. The host can enforce T1, T2, T4.
 *
 * OWNERSHIP
 *  O1 Nothing is freed across the line. Who allocates frees; out-strings are copied before the callee returns.
 *  O2 Strings are UTF-8. With a length they need no NUL; without a length they end with NUL.
 *  O3 A pointer handed to a callback or to create()/run() is dead when that call returns, unless it says otherwise.
 *  O4 A plugin's tables (ph_plugin, ph_checker and what they point to) are constant until the process ends.
 *  Broken O1, O3: memory corruption. O2: the host replaces bad bytes with U+FFFD.
 *
 * CONDUCT
 *  C1 A failing dependency is a verdict, not an error code; a bad setting is PH_E_CONFIG from create().
 *  C2 run() comes back when its deadline is past or its cancel fd is readable. A run that does not is reported as
 *     timed out at its deadline all the same, its late result is dropped, and its check is not run again meanwhile.
 *  C3 A run without a verdict is unhealthy.
 *  C4 `message` is for strangers: it reaches HTTP bodies. No host name, user, path, query or secret.
 *     `detail` is for operators: it reaches logs and commands. No secret either.
 *  C5 No exception, panic or longjmp crosses the line.
 *  C6 A plugin leaves the process as it is: signals, locale, working directory, umask, environment, limits, fds 0 to 2;
 *     it never exits, starts programs only with PH_CHECKER_STARTS_PROGRAMS, and opens descriptors close-on-exec.
 *  Broken C2, C3: enforced as said. C5, C6: may end the process the plugin runs in.
 */
#ifndef PROBEHOST_ABI_H
#define PROBEHOST_ABI_H

#include <stddef.h>
#include <stdint.h>

#define PH_ABI_MAJOR 1u
#define PH_ABI_MINOR 0u /* the newest minor this header describes */

#ifdef __cplusplus
#define PH_EXPORT extern "C" __attribute__((visibility("default")))
extern "C" {
#else
#define PH_EXPORT __attribute__((visibility("default")))
#endif

/* The size of a struct whose last member is `member`, such as that of the first release. */
#define PH_SIZE_TO(type, member) (offsetof(type, member) + sizeof(((type*)0)->member))

/* True when the producer of *p knew `member`: ask before reading anything newer than 1.0. */
#define PH_HAS(p, type, member) ((p)->struct_size >= PH_SIZE_TO(type, member))

/* Constants travel as int32_t or uint32_t, never as an enum type. Unknown values count as the first of their list. */

/* What a call says of itself. */
enum {
    PH_OK = 0,
    PH_E_CONFIG = -1,      /* a setting is wrong; the message names its key and what was expected */
    PH_E_UNSUPPORTED = -2, /* this host or system cannot do it */
    PH_E_CANCELLED = -3,   /* the deadline passed or the run was cancelled: reported as a timeout */
    PH_E_INTERNAL = -4     /* the plugin failed: reported as unhealthy */
};

/* What a run says of the dependency. */
enum { PH_UNKNOWN = 0, PH_PASS = 1, PH_WARN = 2, PH_FAIL = 3 };

enum { PH_LOG_DEBUG = 0, PH_LOG_INFO = 1, PH_LOG_WARN = 2, PH_LOG_ERROR = 3 };

/* An external thing is shared with others, so it never decides liveness unless the operator insists. */
enum { PH_SCOPE_EXTERNAL = 0, PH_SCOPE_LOCAL = 1 };

/* Probes that a checker suggests for its checks; a bit set. */
enum { PH_PROBE_LIVE = 1, PH_PROBE_READY = 2, PH_PROBE_STARTED = 4 };

/* Why a run happens. */
enum {
    PH_REASON_SCHEDULE = 0, /* its interval has passed */
    PH_REASON_PROBE = 1,    /* somebody asked and the last result was too old */
    PH_REASON_ONCE = 2      /* one-shot command: nobody asks again, so wait for background work until the deadline */
};

/* ph_checker.flags */
enum {
    PH_CHECKER_NO_IO = 1,          /* run() only reads memory, so a latency would mean nothing and is not shown */
    PH_CHECKER_STARTS_PROGRAMS = 2 /* run() starts programs, which a worker may not: it needs `isolation: thread` */
};

/* ph_plugin.flags and ph_elf_note.flags */
enum {
    PH_PLUGIN_OWN_PROCESS = 1 /* keep out of the host's process (a runtime such as Go's, global state) */
};

typedef struct ph_check ph_check;       /* the plugin's check, opaque to the host */
typedef struct ph_run ph_run;           /* the host's run, opaque to the plugin */
typedef struct ph_settings ph_settings; /* the host's settings of one check, opaque to the plugin */
typedef struct ph_host ph_host;
typedef struct ph_checker ph_checker;

/* Where a call explains its failure. The host owns it and the buffer; the plugin fills it through ph_fail(). */
typedef struct ph_error {
    uint32_t struct_size;
    int32_t code;  /* PH_E_... */
    char* message; /* room for message_size bytes, NUL included; written by the plugin */
    uint32_t message_size;
    uint32_t message_length; /* bytes written, NUL excluded */
} ph_error;

/* One run. Owned by the host; valid until run() returns. */
typedef struct ph_run_context {
    uint32_t struct_size;
    uint32_t reason;         /* PH_REASON_... */
    int64_t deadline_ns;     /* absolute, CLOCK_MONOTONIC, nanoseconds */
    int32_t cancel_fd;       /* becomes readable when the run is cancelled; only ever poll it; -1: none */
    uint32_t attempt;        /* 1 for the first run of this check, one more each time, wraps */
    const char* traceparent; /* W3C trace context, NUL-terminated, or NULL */
    ph_run* run;             /* names this run in the host's callbacks */
} ph_run_context;

/* What the host offers. Owned by the host, constant, valid from entry to the end of the process. */
struct ph_host {
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t flags;      /* 0 in 1.0 */
    const char* name;    /* "probehost" */
    const char* version; /* of the host, such as "0.1.0" */
    void* reserved;      /* the host's own */

    /* [any] Writes one line to the host's log; `check` may be NULL. Secrets of the settings are masked, lines are cut
     * at 4 KiB. Beyond 200 at once and 20 a second, of all plugins together, lines are left out and counted. */
    void (*log)(const ph_host* host, const ph_check* check, int32_t level, const char* text, uint64_t length);

    /* [control] During create() only. The scalar at a JSON pointer ("/tls/ca_file", "/urls/0") as text: numbers in
       decimal, booleans "true" or "false"; NULL when absent. NUL-terminated and valid until create() returns; *length
       may be NULL. */
    const char* (*setting)(const ph_settings* settings, const char* pointer, uint64_t* length);

    /* [control] During create() only. All settings as one JSON object; same lifetime. It holds secrets: never log it.
     */
    const char* (*settings_json)(const ph_settings* settings, uint64_t* length);

    /* [run] The run's verdict, PH_PASS, PH_WARN or PH_FAIL, with a public message (C4) for the latter two. The last one
     * counts. Cut at 200 bytes. */
    void (*verdict)(ph_run* run, int32_t verdict, const char* message, uint64_t length);

    /* [run] What an operator wants to know of this run (C4): vendor text, peer, timing. The last one counts. Cut at 2
     * KiB. */
    void (*detail)(ph_run* run, const char* text, uint64_t length);

    /* [run] A named fact about this run for operators and metrics; at most 32 a run, the rest are dropped. Returns
     * PH_OK or PH_E_UNSUPPORTED. */
    int32_t (*fact_text)(ph_run* run, const char* key, const char* text, uint64_t length);
    int32_t (*fact_number)(ph_run* run, const char* key, double value, const char* unit /* or NULL */);

    /* [any] A struct that begins with its own struct_size, constant for the life of the process, or NULL for an unknown
     * id. */
    const void* (*get_extension)(const ph_host* host, const char* id);
};

/* One kind of checker. Owned by the plugin, constant (O4). */
struct ph_checker {
    uint32_t struct_size;
    uint32_t flags;              /* PH_CHECKER_... */
    const char* name;            /* what a configuration calls it: [a-z][a-z0-9-]{0,63} */
    const char* summary;         /* one sentence for people */
    const char* settings_schema; /* JSON Schema (draft 7) of an object; the host validates before create(). Members
                                    marked "writeOnly": true are secrets, masked wherever the host writes */
    const char* info_json;       /* {"docs": "https://…", "example": {settings}} or NULL */
    uint32_t scope;              /* PH_SCOPE_... */
    uint32_t probes;             /* PH_PROBE_... suggested */
    uint32_t timeout_ms;         /* suggested, 1 to 3600000 */
    uint32_t interval_ms;        /* suggested; 0: only when a probe asks */
    uint32_t max_age_ms;         /* suggested: how old a result a probe accepts */
    uint32_t reserved;           /* 0 */

    /* [control] Makes a check from validated settings. No waiting on anything remote: connect in run(). On success
     *check is set and PH_OK returned; else *check stays NULL and `error` says why. */
    int32_t (*create)(const ph_checker* checker, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error);

    /* [run] Looks once, gives a verdict through the host, returns PH_OK; or an error (C1, C2). May block until the
     * deadline. */
    int32_t (*run)(ph_check* check, const ph_run_context* context, ph_error* error);

    /* [control] Ends a check; no run of it is under way. */
    void (*destroy)(ph_check* check);

    /* [any] An extension of this checker by id, or NULL; the member itself may be NULL. */
    const void* (*get_extension)(const ph_checker* checker, const char* id);
};

/* What the entry function returns. Owned by the plugin, constant (O4). */
typedef struct ph_plugin {
    uint32_t struct_size;
    uint32_t abi_major;        /* PH_ABI_MAJOR of the header it was built with */
    uint32_t abi_minor_built;  /* PH_ABI_MINOR of that header */
    uint32_t abi_minor_needed; /* the oldest host minor that can run it */
    uint32_t flags;            /* PH_PLUGIN_... */
    uint32_t checker_count;
    const ph_checker* const* checkers; /* pointers, so that ph_checker may grow */
    const char* name;                  /* [a-z][a-z0-9-]{0,63} */
    const char* version;               /* of the plugin */
    const char* vendor;                /* or NULL */
    const char* license;               /* SPDX expression, or NULL */

    int32_t (*init)(const ph_host* host, ph_error* error); /* [control] once before the first create(); may be NULL */
    void (*deinit)(void);                                  /* [control] once after the last destroy(); may be NULL */
    const void* (*get_extension)(const char* id);          /* [any] may be NULL */
} ph_plugin;

/* The one symbol a plugin exports. [control] No I/O, no thread, no lock; the same pointer every time; NULL: cannot
 * serve this host. */
#define PH_ENTRY_SYMBOL "probehost_plugin_entry_v1"
typedef const ph_plugin* (*ph_entry_fn)(const ph_host* host);
PH_EXPORT const ph_plugin* probehost_plugin_entry_v1(const ph_host* host);

/* Lies in the ELF section .note.probehost, so that a host can refuse a file in words without running any of it. */
#define PH_NOTE_NAME "probehost"
#define PH_NOTE_TYPE 1u
typedef struct ph_elf_note {
    uint32_t name_size, descriptor_size, type;
    char name[12];
    uint32_t abi_major, abi_minor_built, abi_minor_needed, flags; /* as in ph_plugin */
} ph_elf_note;
#define PH_ELF_NOTE(needed, plugin_flags)                                                                   \
    static const ph_elf_note ph_elf_note_ __attribute__((used, aligned(4), section(".note.probehost"))) = { \
        10u, 16u, PH_NOTE_TYPE, PH_NOTE_NAME, PH_ABI_MAJOR, PH_ABI_MINOR, (needed), (plugin_flags)}

/* Fills an error from a NUL-terminated text, cut to fit, and returns its code. `error` may be NULL. */
static inline int32_t ph_fail(ph_error* error, int32_t code, const char* message) {
    uint32_t n = 0;
    if (error == NULL) return code;
    error->code = code;
    if (error->message == NULL || error->message_size == 0) return code;
    while (message != NULL && message[n] != '\0' && n + 1 < error->message_size) {
        error->message[n] = message[n];
        n++;
    }
    error->message[n] = '\0';
    error->message_length = n;
    return code;
}

#ifdef __cplusplus
}
#endif
#endif
