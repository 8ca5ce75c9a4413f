/* C4 FAIL: it keeps a text that was only lent to it */
#include "begin.h"
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    (void)of, (void)error;
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    (*check)->text = host->setting(settings, "/name", NULL);
    return PH_OK;
}
static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    const volatile char* first = check->text;
    (void)error;
    if (first != NULL && *first == 1) check->host->detail(context->run, "one", 3);
    return passed(check, context);
}
#define CREATE create
#define RUN run
#include "sound.h"
