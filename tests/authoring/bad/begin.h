/* What every plugin of this folder begins with. */
#pragma once

#include <probehost/abi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ph_check {
    const ph_host* host;
    const char* text;
    int fd;
    int port;
};

#define UNUSED __attribute__((unused))

/* The way of the wrong: at once, and by a signal of its own. */
UNUSED static void crash(void) { __builtin_trap(); }

UNUSED static int32_t passed(ph_check* check, const ph_run_context* context) {
    check->host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}
