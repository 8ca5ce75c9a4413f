/* L1 FAIL: it serves nobody */
#include "begin.h"
#define ENTRY (plugin.name == NULL ? &plugin : NULL)
#include "sound.h"
