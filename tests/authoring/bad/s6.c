/* S6 FAIL: a function that nobody defines */
/* drop: defs */
/* and: L1 */
#include "begin.h"
void nowhere_to_be_found(void);
void (*const keep)(void) = nowhere_to_be_found;
#include "sound.h"
