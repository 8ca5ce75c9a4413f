/* S7 WARN: symbols are bound late */
/* drop: now */
/* cc: -Wl,-z,lazy */
#include "begin.h"
#include "sound.h"
