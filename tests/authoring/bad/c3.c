/* C3 FAIL: it takes every buffer for large enough */
#include "begin.h"
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    static const char text[] = "name: expected one that is not empty, whatever it is";
    (void)of;
    if (host->setting(settings, "/name", NULL) == NULL) {
        memcpy(error->message, text, sizeof(text));
        error->message_length = sizeof(text) - 1;
        error->code = PH_E_CONFIG;
        return PH_E_CONFIG;
    }
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    return PH_OK;
}
#define CREATE create
#include "sound.h"
