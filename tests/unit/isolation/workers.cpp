// Ends with the process, as the host's does.
#include "workers.hpp"

namespace probehost::test {

WorkerFleet& workers() {
    static WorkerFleet fleet(workerProgram, ears());
    return fleet;
}

std::unique_ptr<WorkerChecker> conductFar(const std::string& checker) {
    return std::make_unique<WorkerChecker>(workers().of(pluginPath("conduct")), checker, CheckSettings());
}

std::optional<Result> runFor(Checker& checker, std::chrono::milliseconds limit) {
    return checker.run({Clock::now() + limit, Reason::Schedule, 1});
}

} // namespace probehost::test
