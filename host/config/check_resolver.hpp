// Brings a configuration and the checkers that were found together.
#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/settings.hpp"
#include "plugin/checker_info.hpp"

namespace probehost {

// A file of the plugin directories that is not used.
struct RefusedPlugin {
    std::string file;
    std::string reason;
};

// Second step after load(): takes each check's missing values from its checker, and reads and validates its own
// settings. Reports every error of every check; a check with one is not fit for use.
void resolve(Settings& settings, const std::vector<CheckerInfo>& checkers, const std::vector<RefusedPlugin>& refused,
             Diagnostics& diagnostics);

} // namespace probehost
