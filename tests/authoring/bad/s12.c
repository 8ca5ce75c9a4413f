/* S12 FAIL: everybody may write it */
/* mode: 666 */
#include "begin.h"
#include "sound.h"
