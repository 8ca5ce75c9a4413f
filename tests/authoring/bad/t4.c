/* T4 FAIL: its last act needs what is gone */
#include "begin.h"
static int living;
static int32_t create(const ph_checker* of, const ph_host* host, const ph_settings* settings, ph_check** check,
                      ph_error* error) {
    (void)of, (void)settings, (void)error;
    *check = calloc(1, sizeof(**check));
    (*check)->host = host;
    living++;
    return PH_OK;
}
static void destroy(ph_check* check) {
    living--;
    free(check);
}
__attribute__((destructor)) static void late(void) {
    if (living > 0) crash();
}
#define CREATE create
#define DESTROY destroy
#include "sound.h"
