/* S2 FAIL: made for a host that does not exist yet */
#include "begin.h"
#define NEEDED 9u
#include "sound.h"
