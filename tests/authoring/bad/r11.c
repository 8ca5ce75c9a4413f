/* R11 FAIL: each run leaks a little */
/* verify: --level 3 */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    char* leaked = malloc(1024);
    if (leaked != NULL) memset(leaked, 1, 1024);
    check->text = leaked;
    return passed(check, context);
}
#define RUN run
#include "sound.h"
