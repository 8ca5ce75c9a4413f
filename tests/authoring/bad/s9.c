/* S9 FAIL: it wants a newer C library than it was meant for */
/* verify: --glibc 2.0 */
#include "begin.h"
#include "sound.h"
