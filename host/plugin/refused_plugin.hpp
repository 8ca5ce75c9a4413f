// A file or folder of the plugin path that is not used, and why.
#pragma once

#include <string>

namespace probehost {

struct RefusedPlugin {
    std::string file;
    std::string reason;
};

} // namespace probehost
