/* L8 FAIL: its example does not fit its schema */
#include "begin.h"
#define ABOUT "{\"example\":{\"nmae\":\"x\"}}"
#include "sound.h"
