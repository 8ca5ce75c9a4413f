// The same as C++.
#include "layout.c"
