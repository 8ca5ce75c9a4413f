/* C5 FAIL: its password is in the log */
#include "begin.h"
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    const char* password = host->setting(settings, "/password", NULL);
    (void)of, (void)error;
    if (password != NULL) host->log(host, NULL, PH_LOG_INFO, password, strlen(password));
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    return PH_OK;
}
#define CREATE create
#include "sound.h"
