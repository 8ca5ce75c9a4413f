/* S3 FAIL: a function of its own is visible to all */
/* drop: version-script */
#include "begin.h"
__attribute__((visibility("default"))) int count_of_things(void);
int count_of_things(void) { return 1; }
#include "sound.h"
