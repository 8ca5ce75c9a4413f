/* A checker that sleeps for a millisecond, or until it is cancelled, and passes. */
#include <poll.h>
#include <stdlib.h>

#include "probehost/abi.h"

PH_ELF_NOTE(0, 0);

struct ph_check {
    const ph_host* host;
};

static int32_t create(const ph_checker* checker, const ph_host* host, const ph_settings* settings, ph_check** made,
                      ph_error* error) {
    (void)checker, (void)settings;
    ph_check* check = malloc(sizeof(*check));
    if (check == NULL) return ph_fail(error, PH_E_INTERNAL, "out of memory");
    check->host = host;
    *made = check;
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    struct pollfd cancel = {context->cancel_fd, POLLIN, 0};
    if (poll(&cancel, 1, 1) != 0) return PH_E_CANCELLED;
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}

static void destroy(ph_check* check) { free(check); }

static const ph_checker sleeper = {
    sizeof(ph_checker),
    0,
    "sleeper",
    "Sleeps for a millisecond",
    "{\"type\":\"object\",\"additionalProperties\":false}",
    NULL,
    PH_SCOPE_EXTERNAL,
    PH_PROBE_READY,
    1000,
    10000,
    12000,
    0,
    create,
    run,
    destroy,
    NULL,
};
static const ph_checker* const checkers[] = {&sleeper};
static const ph_plugin plugin = {
    sizeof(ph_plugin), PH_ABI_MAJOR, PH_ABI_MINOR, 0, 0, 1, checkers, "sleeper", "1.0.0", NULL, NULL, NULL, NULL, NULL,
};

const ph_plugin* probehost_plugin_entry_v1(const ph_host* host) {
    (void)host;
    return &plugin;
}
