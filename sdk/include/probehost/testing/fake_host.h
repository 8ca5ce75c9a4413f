/* SPDX-License-Identifier: MIT-0
 * A host for unit tests of checkers: no daemon, no configuration, no network but loopback. It records what a checker
 * says, tells which rules of abi.h it broke, and lays what it lends against pages that nobody may touch: a checker that
 * reads beyond a struct_size, or keeps a pointer longer than O3 allows, crashes where it does so.
 *
 *     ph_fake* fake = ph_fake_new();
 *     ph_fake_set(fake, "/port", "2525");
 *     assert(ph_fake_create(fake, probehost_plugin_entry_v1, "greeting") == PH_OK);
 *     assert(ph_fake_run(fake, 1000)->verdict == PH_PASS);
 *     assert(ph_fake_broken(fake)[0] == '\0');
 *     ph_fake_free(fake);
 *
 * Link probehost::testing (CMake) or what `pkg-config --libs probehost-testing` says (a static library).
 * A fake has one check at most, and its functions are one thread's, but for those tagged [any]. What they return
 * belongs to the fake and is valid until the next call of the same function, or to ph_fake_free(). No pointer may be
 * NULL where it is not said. Lack of memory or descriptors ends the process in words: a test has nothing better to do.
 */
#ifndef PROBEHOST_TESTING_FAKE_HOST_H
#define PROBEHOST_TESTING_FAKE_HOST_H

#include <probehost/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ph_fake ph_fake;

/* What one run said. Texts are never NULL, end with NUL, and are cut as the host cuts them. */
typedef struct ph_fake_result {
    int32_t code;        /* what run() returned: PH_OK or PH_E_... */
    int32_t verdict;     /* the last one; PH_UNKNOWN: none, which a host calls unhealthy */
    const char* message; /* of the last verdict; "" when that is PH_PASS, whose message a host drops */
    const char* detail;  /* the last one */
    const char* error;   /* what run() wrote into its ph_error; "" after PH_OK */
    int64_t took_ms;     /* from the call of run() to its return */
} ph_fake_result;

/* For ph_fake_run(): a deadline that only comes when the test says so, by ph_fake_cancel(). */
#define PH_FAKE_UNTIL_CANCELLED INT64_MAX

/* A fake without settings. The caller ends it with ph_fake_free(). */
ph_fake* ph_fake_new(void);

/* Destroys the check if there is one, calls the plugin's deinit() if init() was called, and forgets everything that was
 * recorded. `fake` may be NULL. */
void ph_fake_free(ph_fake* fake);

/* For the next ph_fake_create(): what the host's setting() says at a JSON pointer ("/port", "/tls/ca_file", "/urls/0"):
 * numbers in decimal, booleans as "true" or "false". Both texts are copied. NULL as value takes the setting away. */
void ph_fake_set(ph_fake* fake, const char* pointer, const char* value);

/* As ph_fake_set(), for a member that the schema marks "writeOnly": the value is then a secret, and a log line,
 * message, detail, fact or error that holds it breaks C4. */
void ph_fake_set_secret(ph_fake* fake, const char* pointer, const char* value);

/* For the next ph_fake_create(): what settings_json() says, "{}" by default. Only checkers that parse their settings
 * themselves need it: it and ph_fake_set() know nothing of each other. The text is copied. */
void ph_fake_set_json(ph_fake* fake, const char* json);

/* What get_extension() says for an id such as "probehost.app-state/1". `extension` begins with its struct_size, stays
 * the caller's, and must stay as it is until ph_fake_free(). */
void ph_fake_set_extension(ph_fake* fake, const char* id, const void* extension);

/* The reason of the runs to come, PH_REASON_SCHEDULE by default. */
void ph_fake_set_reason(ph_fake* fake, uint32_t reason);

/* The bytes that a ph_error has for its message from now on, NUL included; 256 by default, 0 is allowed. */
void ph_fake_set_message_size(ph_fake* fake, uint32_t size);

/* Makes the check: calls the plugin's entry (and init(), the first time), finds its checker by name, and calls
 * create(). A check that was there before is destroyed first. Returns what create() returned; PH_E_UNSUPPORTED when the
 * plugin's tables are not for this host, or know no checker of that name: ph_fake_error() says which. Settings are not
 * validated against the checker's schema, which the host does before it calls create(). */
int32_t ph_fake_create(ph_fake* fake, ph_entry_fn entry, const char* checker);

/* Runs the check once, on the calling thread, with a deadline `timeout_ms` from now; 0 or less: already past. Needs a
 * ph_fake_create() that returned PH_OK. The run gets a PH_FAKE_UNTIL_CANCELLED deadline as one that is a day away. */
const ph_fake_result* ph_fake_run(ph_fake* fake, int64_t timeout_ms);

/* [any] Cancels the run that is under way, or else the next one. */
void ph_fake_cancel(ph_fake* fake);

/* Destroys the check; without one it does nothing. */
void ph_fake_destroy(ph_fake* fake);

/* What the last create() or run() that failed wrote into its ph_error, or "". */
const char* ph_fake_error(const ph_fake* fake);

/* [any] All that was logged so far, a line each: "info: text", with debug, info, warn and error as levels. */
const char* ph_fake_log(ph_fake* fake);

/* What the last run told last under the key of a fact: its text, or its number as %.15g with a space and the unit
 * behind it if it has one. NULL when nothing was told. */
const char* ph_fake_fact(const ph_fake* fake, const char* key);

/* [any] The rules of abi.h that were broken so far, a line each, such as "C3: run() gave no verdict"; "" when none was.
 * A run that comes back more than 200 ms after its deadline or its cancel counts as one that broke C2. */
const char* ph_fake_broken(ph_fake* fake);

#ifdef __cplusplus
}
#endif
#endif
