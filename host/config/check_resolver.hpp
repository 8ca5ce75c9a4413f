// Brings a configuration and the checkers that were found together.
#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/settings.hpp"
#include "plugin/checker_info.hpp"
#include "plugin/refused_plugin.hpp"

namespace probehost {

// Second step after load(): takes each check's missing values from its checker, and reads and validates its own
// settings. Reports every error of every check; a check with one is not fit for use. A check whose plugin, by the name
// of its file, died while it was tried is no error: it keeps its place and says so.
void resolve(Settings& settings, const std::vector<CheckerInfo>& checkers, const std::vector<RefusedPlugin>& refused,
             Diagnostics& diagnostics);

} // namespace probehost
