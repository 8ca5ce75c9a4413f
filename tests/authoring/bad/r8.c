/* R8 FAIL: a signal looks like a failure to it */
/* verify: --only R8,R4,R7,C1,U3 */
#include <poll.h>

#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    if (poll(NULL, 0, 20) == 0) return passed(check, context);
    check->host->verdict(context->run, PH_FAIL, "Waiting failed", 14);
    return PH_OK;
}
#define RUN run
#include "sound.h"
