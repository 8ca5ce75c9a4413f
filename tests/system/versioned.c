/* A plugin whose versions can be told apart: its check "versioned" passes, or fails saying SAYS. */
#include <probehost/abi.h>
#include <stdlib.h>
#include <string.h>

#ifndef SAYS
#define SAYS ""
#endif

static const ph_host* host;

static int32_t create(const ph_checker* checker, const ph_host* from, const ph_settings* settings, ph_check** made,
                      ph_error* error) {
    (void)checker, (void)settings, (void)error;
    host = from;
    *made = malloc(1);
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)error;
    host->verdict(context->run, SAYS[0] == 0 ? PH_PASS : PH_FAIL, SAYS, strlen(SAYS));
    return PH_OK;
}

static void destroy(ph_check* check) { free(check); }

static const ph_checker versioned = {
    .struct_size = sizeof(ph_checker),
    .name = "versioned",
    .summary = "Says its version",
    .settings_schema = "{\"type\":\"object\"}",
    .scope = PH_SCOPE_LOCAL,
    .probes = PH_PROBE_READY,
    .timeout_ms = 1000,
    .interval_ms = 50,
    .max_age_ms = 20,
    .create = create,
    .run = run,
    .destroy = destroy,
};
static const ph_checker* const checkers[] = {&versioned};
static const ph_plugin plugin = {
    .struct_size = sizeof(ph_plugin),
    .abi_major = PH_ABI_MAJOR,
    .checker_count = 1,
    .checkers = checkers,
    .name = "versioned",
    .version = "1.0.0",
};

PH_ELF_NOTE(0, 0);

PH_EXPORT const ph_plugin* probehost_plugin_entry_v1(const ph_host* from) {
    (void)from;
    return &plugin;
}
