/* L8 WARN: misspelt settings are accepted */
#include "begin.h"
#define SCHEMA "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}"
#include "sound.h"
