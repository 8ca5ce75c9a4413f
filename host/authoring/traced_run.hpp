// One run of one checker, with everything that it says and how long each step took.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "authoring/recording_services.hpp"
#include "health/result.hpp"
#include "plugin/check_settings.hpp"

namespace probehost::authoring {

struct TracedRun {
    Clock::duration creating{0}; // the start of the worker included
    Clock::duration running{0};
    Clock::duration late{0};                    // behind the deadline; zero when in time
    std::string refusal;                        // why create() did not accept the settings; "" when it did
    std::optional<Result> result;               // nothing when the deadline came first
    Clock::time_point begin;                    // of the run
    std::vector<RecordingServices::Line> lines; // without secrets
};

// Creates the check in a worker, as a host does with a plugin that it does not know, runs it once and ends it. A plugin
// that crashes or ignores its deadline has that as its result. Throws std::system_error when no worker can be had.
TracedRun traceRun(const std::string& file, const std::string& checker, const CheckSettings& settings,
                   std::chrono::milliseconds timeout);

} // namespace probehost::authoring
