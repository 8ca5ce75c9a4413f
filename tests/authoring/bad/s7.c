/* S7 FAIL: an executable stack */
/* drop: noexecstack */
/* cc: -Wl,-z,execstack */
#include "begin.h"
#include "sound.h"
