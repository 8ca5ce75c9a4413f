/* R12 FAIL: it writes to standard output */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    if (write(1, "looking around\n", 15) != 15) return PH_E_INTERNAL;
    return passed(check, context);
}
#define RUN run
#include "sound.h"
