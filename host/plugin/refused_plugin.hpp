// A file or folder of the plugin path that is not used, and why.
#pragma once

#include <string>

namespace probehost {

struct RefusedPlugin {
    std::string file;
    std::string reason;
    std::string death = {}; // how it ended or hung while it was tried, for strangers: "crashed: SIGSEGV"; else ""
};

} // namespace probehost
