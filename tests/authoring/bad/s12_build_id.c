/* S12 WARN: no build-id */
/* drop: build-id */
/* cc: -Wl,--build-id=none */
#include "begin.h"
#include "sound.h"
