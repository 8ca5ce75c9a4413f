/* L7 FAIL: a reserved member is used */
#include "begin.h"
#define RESERVED 1
#include "sound.h"
