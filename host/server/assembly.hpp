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

struct Assembly {
    Settings settings;
    std::vector<std::unique_ptr<Check>> checks; // empty when there was any error
};

// Reports every error it can find, those that checks themselves find in their settings included, before it gives up.
Assembly assemble(const std::string& configFile, PluginEnvironment& environment, Diagnostics& diagnostics);

// The configuration as it is written, with the installation's plugin folder where it names none.
Settings loadSettings(const std::string& configFile, Diagnostics& diagnostics);

// The plugin path of a configuration is brought in, and what is wrong with it reported.
void findPlugins(const Settings& settings, PluginRegistry& registry, Diagnostics& diagnostics);

} // namespace probehost
