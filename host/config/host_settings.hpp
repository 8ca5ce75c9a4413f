// The parts of a configuration that are about the host: server, admin and plugins.
#pragma once

#include <string>

#include "config/config_section.hpp"
#include "config/settings.hpp"

namespace probehost {

// Paths are relative to `file`, the configuration they stand in.
void readServer(ConfigSection section, ServerSettings& server);
void readAdmin(ConfigSection section, const std::string& file, AdminSettings& admin);
void readPlugins(ConfigSection section, const std::string& file, PluginSettings& plugins);

} // namespace probehost
