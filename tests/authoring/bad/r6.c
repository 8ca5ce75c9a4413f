/* R6 FAIL: two of its checks at once are too much */
/* verify: --level 3 */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    static int inside;
    if (__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) > 1) crash();
    usleep(1000);
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    return passed(check, context);
}
#define RUN run
#include "sound.h"
