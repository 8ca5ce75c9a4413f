// The workers of these tests, all in one fleet.
#pragma once

#include "isolation/worker_checker.hpp"
#include "isolation/worker_fleet.hpp"
#include "plugins.hpp"

namespace probehost::test {

inline constexpr const char* workerProgram = WORKER;

WorkerFleet& workers();

// A check of the checkers in "conduct.so", in its worker, as with a new configuration.
std::unique_ptr<WorkerChecker> conductFar(const std::string& checker);

// That both say the same, wherever they were found.
void checkSame(const PluginDescription& one, const PluginDescription& other);

std::optional<Result> runFor(Checker& checker, std::chrono::milliseconds limit);

} // namespace probehost::test
