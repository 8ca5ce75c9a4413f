/* S4 FAIL: libraries are looked for wherever the host happens to be */
/* cc: -Wl,-rpath,lib */
#include "begin.h"
#include "sound.h"
