/* L5 FAIL: a new table each time */
#include "begin.h"
static const ph_plugin* fresh(const ph_plugin* from) {
    ph_plugin* copy = malloc(sizeof(*copy));
    return memcpy(copy, from, sizeof(*copy));
}
#define ENTRY fresh(&plugin)
#include "sound.h"
