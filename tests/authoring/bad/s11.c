/* S11 WARN: it can change the locale of the whole process */
#include <locale.h>

#include "begin.h"
__attribute__((used)) static void speak_french(void) { setlocale(LC_ALL, "fr_FR.UTF-8"); }
#include "sound.h"
