// The same as C++.
#include "testing.c"
