/* A plugin that keeps every rule. */
#include "begin.h"
#include "sound.h"
