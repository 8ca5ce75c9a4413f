/* S8 WARN: static thread-local memory */
#include "begin.h"
static __thread int mine __attribute__((tls_model("initial-exec")));
int* where_mine_is(void);
int* where_mine_is(void) { return &mine; }
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    (void)error;
    (*where_mine_is())++;
    return passed(check, context);
}
#define RUN run
#include "sound.h"
