// Ends with the process, as the host's does.
#include "workers.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

WorkerFleet& workers() {
    static WorkerFleet fleet(workerProgram, ears());
    return fleet;
}

std::unique_ptr<WorkerChecker> conductFar(const std::string& checker) {
    auto& worker = workers().of(pluginPath("conduct"));
    worker.newChance();
    return std::make_unique<WorkerChecker>(worker, checker, CheckSettings());
}

std::optional<Result> runFor(Checker& checker, std::chrono::milliseconds limit) {
    return checker.run({Clock::now() + limit, Reason::Schedule, 1});
}

void checkSame(const PluginDescription& one, const PluginDescription& other) {
    CHECK(one.name == other.name);
    CHECK(one.version == other.version);
    CHECK(one.flags == other.flags);
    REQUIRE(one.checkers.size() == other.checkers.size());
    for (size_t i = 0; i < one.checkers.size(); i++) {
        const auto& [mine, yours] = std::pair(one.checkers[i], other.checkers[i]);
        CHECK(mine.name == yours.name);
        CHECK(mine.summary == yours.summary);
        CHECK(mine.settingsSchema == yours.settingsSchema);
        CHECK(mine.infoJson == yours.infoJson);
        CHECK(mine.local == yours.local);
        CHECK(mine.doesIo == yours.doesIo);
        CHECK(mine.startsPrograms == yours.startsPrograms);
        CHECK(mine.probes.bits() == yours.probes.bits());
        CHECK(mine.timeout == yours.timeout);
        CHECK(mine.interval == yours.interval);
        CHECK(mine.maxAge == yours.maxAge);
    }
}

} // namespace probehost::test
