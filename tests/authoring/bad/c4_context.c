/* C4 FAIL: it keeps the context of a run */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    const volatile ph_run_context* before = (const void*)check->text;
    (void)error;
    if (before != NULL && before->attempt == 4711) check->host->detail(context->run, "one", 3);
    check->text = (const void*)context;
    return passed(check, context);
}
#define RUN run
#include "sound.h"
