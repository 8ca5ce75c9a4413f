/* L3 WARN: it takes its time */
#include "begin.h"
__attribute__((constructor)) static void early(void) { usleep(200000); }
#include "sound.h"
