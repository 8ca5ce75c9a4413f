/* C1 FAIL: each create() leaks */
#include "begin.h"
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    char* leaked = malloc(65536);
    (void)of, (void)settings, (void)error;
    if (leaked != NULL) memset(leaked, 1, 65536);
    *check = (ph_check*)leaked;
    (*check)->host = host;
    return PH_OK;
}
static void destroy(ph_check* check) { (void)check; }
#define CREATE create
#define DESTROY destroy
#include "sound.h"
