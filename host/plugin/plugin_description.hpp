// What a plugin says of itself, copied out of it: known of every file, also of those that the host never opens.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/checker_info.hpp"

namespace probehost {

struct PluginDescription {
    std::string file;
    std::string name;
    std::string version;
    uint32_t flags = 0; // PH_PLUGIN_…
    std::vector<CheckerInfo> checkers;
};

} // namespace probehost
