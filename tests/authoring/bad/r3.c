/* R3 FAIL: it does not look at the clock before it waits */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    usleep(300000);
    return passed(check, context);
}
#define RUN run
#include "sound.h"
