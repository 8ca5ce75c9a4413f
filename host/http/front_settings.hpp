// What a reload may change in a running front.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "health/probe.hpp"

namespace probehost {

struct FrontSettings {
    std::chrono::milliseconds wait{800}; // longest a probe is held for fresher results
    bool terse = false;                  // hide checks from everyone without the token
    std::string token;
    std::map<std::string, Probe, std::less<>> aliases;

    // Whether the bearer of this Authorization value may see the checks. Takes as long for a near miss as for a far
    // one.
    bool showsDetails(std::string_view authorization) const;
};

} // namespace probehost
