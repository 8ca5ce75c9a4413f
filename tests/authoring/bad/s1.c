/* S1 FAIL: an object that was never linked */
/* cc: -c */
#include "begin.h"
#include "sound.h"
