/* U3 FAIL: its word depends on the environment, which a worker has not */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    if (getenv("PROBEHOST_BIN") != NULL) return passed(check, context);
    check->host->verdict(context->run, PH_FAIL, "No environment", 14);
    return PH_OK;
}
#define RUN run
#include "sound.h"
