/* C2 FAIL: a long name is too much for it */
/* and: C3 */
#include "begin.h"
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    const char* name = host->setting(settings, "/name", NULL);
    (void)of, (void)error;
    if (name != NULL && strlen(name) > 1000) crash();
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    return PH_OK;
}
#define CREATE create
#include "sound.h"
