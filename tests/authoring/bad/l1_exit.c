/* L1 FAIL: it ends the process while it is loaded */
/* and: S11 */
#include "begin.h"
__attribute__((constructor)) static void early(void) { _exit(0); }
#include "sound.h"
