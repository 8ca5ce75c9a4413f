// The same path as in a host, with a clock beside it.
#include "authoring/traced_run.hpp"

#include <algorithm>
#include <filesystem>

#include "isolation/worker_checker.hpp"
#include "isolation/worker_fleet.hpp"
#include "plugin/installation.hpp"
#include "plugin/plugin_checker.hpp"

namespace probehost::authoring {

TracedRun traceRun(const std::string& file, const std::string& checker, const CheckSettings& settings,
                   std::chrono::milliseconds timeout) {
    RecordingServices services;
    WorkerFleet fleet(workerProgram(), services);
    TracedRun trace;
    const auto start = Clock::now();
    try {
        WorkerChecker check(fleet.of(std::filesystem::absolute(file).string()), checker, settings);
        trace.begin = Clock::now();
        trace.creating = trace.begin - start;
        const auto deadline = trace.begin + timeout;
        trace.result = check.run({deadline, Reason::Once, 1});
        const auto end = Clock::now();
        trace.running = end - trace.begin;
        trace.late = std::max(Clock::duration(0), end - deadline);
        if (trace.late > Clock::duration(0)) trace.result.reset(); // a host drops it too
        if (!check.death().empty()) trace.result = Result::failed("Checker " + check.death(), "in create()");
    } catch (const CheckNotCreated& refused) {
        trace.refusal = refused.what();
    }
    trace.lines = services.take();
    return trace;
}

} // namespace probehost::authoring
