/* L6 FAIL: it reads what a later host may have behind the table, without asking */
#include "begin.h"
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    const volatile char* behind = (const char*)check->host + sizeof(ph_host);
    (void)error;
    if (*behind == 1) check->host->detail(context->run, "one", 3);
    return passed(check, context);
}
#define RUN run
#include "sound.h"
