// From a configuration file to checks that can run: reads, finds plugins, resolves, and creates.
#pragma once

#include <probehost/abi.h>

#include <memory>
#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/settings.hpp"
#include "health/check.hpp"
#include "plugin/plugin_registry.hpp"
#include "server/plugin_environment.hpp"

namespace probehost {

using Checks = std::vector<std::unique_ptr<Check>>;

struct Assembly {
    Settings settings;
    Checks checks; // empty when there was any error
};

// configure() and createChecks().
Assembly assemble(const std::string& configFile, PluginEnvironment& environment, Diagnostics& diagnostics);

// All that can be said of a configuration before its checks are there.
Settings configure(const std::string& configFile, PluginEnvironment& environment, Diagnostics& diagnostics);

// Creates what can be, so that what checks themselves find in their settings is reported beside all other errors; empty
// when there was any.
Checks createChecks(const Settings& settings, PluginEnvironment& environment, Diagnostics& diagnostics);

// The configuration as it is written, with the installation's plugin folder where it names none.
Settings loadSettings(const std::string& configFile, Diagnostics& diagnostics);

// The plugin path of a configuration is brought in, and what is wrong with it reported.
void findPlugins(const Settings& settings, PluginRegistry& registry, Diagnostics& diagnostics);

} // namespace probehost
