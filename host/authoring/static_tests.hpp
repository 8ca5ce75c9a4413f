// The tests that read a file, and their two halves.
#pragma once

#include "authoring/verify_test.hpp"

namespace probehost::authoring {

VerifyTests hardeningTests(); // how it was linked, what it was built with, where it lies

} // namespace probehost::authoring
