// The same as C++.
#include "layout_lock.c"
