/* L6 FAIL: it refuses hosts that know more than it does */
#include "begin.h"
#define ENTRY (host->struct_size == sizeof(ph_host) ? &plugin : NULL)
#include "sound.h"
