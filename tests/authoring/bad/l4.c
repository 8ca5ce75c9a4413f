/* L4 FAIL: loading it opens a descriptor */
#include <fcntl.h>

#include "begin.h"
static int kept;
__attribute__((constructor)) static void early(void) { kept = open("/dev/null", O_RDONLY | O_CLOEXEC); }
#include "sound.h"
