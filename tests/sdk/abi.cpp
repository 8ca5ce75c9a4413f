// The same as C++.
#include "abi.c"
