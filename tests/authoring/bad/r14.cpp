// R14 FAIL: an exception leaves it
#include "begin.h"
static int32_t run(ph_check*, const ph_run_context*, ph_error*) { throw 4711; }
#define RUN run
#define CREATE create
static int32_t create(const ph_checker*, const ph_host* host, const ph_settings*, ph_check** check, ph_error*) {
    *check = static_cast<ph_check*>(calloc(1, sizeof(ph_check)));
    (*check)->host = host;
    return PH_OK;
}
#include "sound.h"
