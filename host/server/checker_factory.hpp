// Decides whether a check runs in the host or in a worker process.
#pragma once

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "health/checker.hpp"
#include "server/plugin_environment.hpp"

namespace probehost {

struct CreatedChecker {
    std::unique_ptr<Checker> checker;
    std::string warning; // "" when all is well
};

// Throws CheckNotCreated when the plugin does not accept the settings, PluginRefused when it cannot be opened. The
// check's checker is known to exist; where it does not start in time, the one that is returned says so. `environment`
// outlives the checker.
CreatedChecker createChecker(const CheckEntry& check, PluginEnvironment& environment);

} // namespace probehost
