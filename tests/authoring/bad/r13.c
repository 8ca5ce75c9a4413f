/* R13 FAIL: it measures its time by the wall clock */
/* verify: --level 3 */
#include <time.h>

#include "begin.h"
static time_t last;
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    time_t since = time(NULL) - last;
    (void)error;
    last += since;
    if (since >= 0 && (since < 1000 || since == last)) return passed(check, context);
    check->host->verdict(context->run, PH_FAIL, "Took too long", 13);
    return PH_OK;
}
#define RUN run
#include "sound.h"
