// The parts of the R tests.
#pragma once

#include "authoring/verify_test.hpp"

namespace probehost::authoring {

VerifyTests peerTests();        // against a sick peer
VerifyTests surroundingTests(); // in unusual surroundings: stacks, signals, threads, descriptors

} // namespace probehost::authoring
