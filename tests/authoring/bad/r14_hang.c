/* R14 FAIL: a run never ends */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)context, (void)error;
    for (;;) pause();
    return PH_OK;
}
#define RUN run
#include "sound.h"
