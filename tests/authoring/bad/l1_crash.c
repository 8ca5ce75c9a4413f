/* L1 FAIL: it crashes while it is loaded */
#include "begin.h"
__attribute__((constructor)) static void early(void) { crash(); }
#include "sound.h"
