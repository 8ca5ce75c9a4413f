// One test in a process of its own, so that whatever the plugin does there ends there.
#pragma once

#include "authoring/verify_test.hpp"

namespace probehost::authoring {

// Starts this program again for one test and waits for what it finds, no longer than the test's limit. A process that
// crashes, ends or hangs is a finding too. Throws std::runtime_error when no process can be started.
Finding runInProcess(const VerifyTest& test, const Subject& subject);

// Runs the test here and ends the process: the other end of runInProcess(), and for debuggers. `report`: the descriptor
// that the finding goes to.
[[noreturn]] void runHere(const VerifyTest& test, Subject subject, int report);

} // namespace probehost::authoring
