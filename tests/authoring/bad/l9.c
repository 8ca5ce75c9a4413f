/* L9 FAIL: it knows every extension there is */
#include "begin.h"
static const void* extension(const ph_checker* of, const char* id) {
    (void)id;
    return of;
}
#define EXTENSION extension
#include "sound.h"
