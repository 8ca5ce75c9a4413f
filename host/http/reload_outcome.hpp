// What came of a reload.
#pragma once

#include <string>
#include <vector>

namespace probehost {

struct ReloadOutcome {
    bool reloaded = false;
    std::vector<std::string> findings; // errors and warnings, each a line
};

} // namespace probehost
