/* L1 FAIL: it hangs while it is loaded */
#include "begin.h"
__attribute__((constructor)) static void early(void) {
    for (;;) pause();
}
#include "sound.h"
