/* R4 FAIL: it says nothing */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    (void)check, (void)context;
    return PH_OK;
}
#define RUN run
#include "sound.h"
