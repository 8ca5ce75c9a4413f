/* S10 WARN: Go, and no word of a process of its own */
#include "begin.h"
__attribute__((used, section(".go.buildinfo"))) static const char go[] = "\xff Go buildinf:";
#include "sound.h"
