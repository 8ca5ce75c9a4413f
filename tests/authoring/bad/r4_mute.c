/* R4 FAIL: something is wrong, but not what */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    check->host->verdict(context->run, PH_FAIL, NULL, 0);
    return PH_OK;
}
#define RUN run
#include "sound.h"
