// The probes' names in the order of allProbes.
#pragma once

#include <string>
#include <vector>

#include "health/probe.hpp"

namespace probehost {

inline std::vector<std::string> probeNames() {
    std::vector<std::string> names;
    for (const auto probe : allProbes) names.emplace_back(name(probe));
    return names;
}

} // namespace probehost
