/* R7 FAIL: it takes the thread of create() for that of run() */
/* and: U3 */
#include "begin.h"
static __thread ph_check* mine;
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    (void)of, (void)settings, (void)error;
    *check = mine = calloc(1, sizeof(**check));
    mine->host = host;
    return PH_OK;
}
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)check, (void)error;
    return passed(mine, context);
}
#define CREATE create
#define RUN run
#include "sound.h"
