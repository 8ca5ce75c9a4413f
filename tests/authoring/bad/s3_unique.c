/* S3 FAIL: a symbol of which a process has but one, as inline variables of C++ are */
/* drop: version-script */
#include "begin.h"
__asm__(
    ".data\n.globl the_only_one\n.type the_only_one, @gnu_unique_object\n.size the_only_one, 4\n"
    "the_only_one: .long 0\n.text\n");
#include "sound.h"
