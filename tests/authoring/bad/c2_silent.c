/* C2 FAIL: it refuses without a word */
#include "begin.h"
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    (void)of, (void)error;
    if (host->setting(settings, "/name", NULL) == NULL) return PH_E_CONFIG;
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    return PH_OK;
}
#define CREATE create
#include "sound.h"
