/* What a checker may ask its host and tell it. */
#include <stdio.h>
#include <string.h>

#include "fake.h"

#define LONGEST_MESSAGE 200u
#define LONGEST_DETAIL 2048u

static void take_log(const ph_host* host, const ph_check* check, int32_t level, const char* text, uint64_t length) {
    ph_fake* fake = host->reserved;
    (void)check;
    record_log(&fake->said, level, text, length);
}

struct entry* find_entry(const struct entries* entries, const char* name) {
    for (uint32_t i = 0; i < entries->count; i++) {
        if (strcmp(entries->all[i].name, name) == 0) return &entries->all[i];
    }
    return NULL;
}

static const char* lend(struct guarded* lent, const char* text, uint64_t* length) {
    if (lent->start == NULL) {
        *lent = guarded_copy(text, strlen(text) + 1);
        guarded_seal(lent);
    }
    if (length != NULL) *length = strlen(text);
    return lent->data;
}

static const char* setting(const ph_settings* settings, const char* pointer, uint64_t* length) {
    ph_fake* fake = settings->fake;
    struct entry* found = find_entry(&fake->values, pointer);
    if (!fake->creating) record_breach(&fake->said, "O3: setting() was asked outside create()");
    if (*pointer != '\0' && *pointer != '/')
        record_breach(&fake->said, "setting() was asked for \"%s\", which is no JSON pointer: they begin with /",
                      pointer);
    return !fake->creating || found == NULL || found->text == NULL ? NULL : lend(&found->lent, found->text, length);
}

static const char* settings_json(const ph_settings* settings, uint64_t* length) {
    ph_fake* fake = settings->fake;
    if (fake->creating) return lend(&fake->lent_json, fake->json, length);
    record_breach(&fake->said, "O3: settings_json() was asked outside create()");
    return NULL;
}

static int run_is_over(ph_run* run, const char* function) {
    if (!run->fake->running) record_breach(&run->fake->said, "O3: %s() was called outside run()", function);
    return !run->fake->running;
}

static void take_verdict(ph_run* run, int32_t verdict, const char* message, uint64_t length) {
    ph_fake* fake = run->fake;
    if (run_is_over(run, "verdict")) return;
    fake->result.verdict = verdict >= PH_PASS && verdict <= PH_FAIL ? verdict : PH_UNKNOWN;
    if (fake->result.verdict != verdict)
        record_breach(&fake->said, "verdict() was told %d: expected PH_PASS, PH_WARN or PH_FAIL", (int)verdict);
    if (verdict != PH_PASS && length == 0)
        record_breach(&fake->said, "C4: a verdict that does not pass says nothing: expected a message for strangers");
    record_text(&fake->said, &fake->said.message, "message", message, verdict == PH_PASS ? 0 : length, LONGEST_MESSAGE);
}

static void take_detail(ph_run* run, const char* text, uint64_t length) {
    struct recording* said = &run->fake->said;
    if (!run_is_over(run, "detail")) record_text(said, &said->detail, "detail", text, length, LONGEST_DETAIL);
}

static int32_t take_fact_text(ph_run* run, const char* key, const char* text, uint64_t length) {
    if (run_is_over(run, "fact_text")) return PH_E_UNSUPPORTED;
    return record_fact(&run->fake->said, key, text, length);
}

static int32_t take_fact_number(ph_run* run, const char* key, double value, const char* unit) {
    char text[128];
    if (run_is_over(run, "fact_number")) return PH_E_UNSUPPORTED;
    snprintf(text, sizeof(text), "%.15g%s%s", value, unit == NULL ? "" : " ", unit == NULL ? "" : unit);
    return record_fact(&run->fake->said, key, text, strlen(text));
}

static const void* get_extension(const ph_host* host, const char* id) {
    const ph_fake* fake = host->reserved;
    const struct entry* found = find_entry(&fake->extensions, id);
    return found == NULL ? NULL : found->extension;
}

ph_host fake_host_table(ph_fake* fake) {
    const ph_host table = {.struct_size = sizeof(ph_host),
                           .abi_major = PH_ABI_MAJOR,
                           .abi_minor = PH_ABI_MINOR,
                           .name = "probehost",
                           .version = "0.0.0",
                           .reserved = fake,
                           .log = take_log,
                           .setting = setting,
                           .settings_json = settings_json,
                           .verdict = take_verdict,
                           .detail = take_detail,
                           .fact_text = take_fact_text,
                           .fact_number = take_fact_number,
                           .get_extension = get_extension};
    return table;
}
