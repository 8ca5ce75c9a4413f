// When one check runs, how long it may take, and what its results mean: plain data, immutable once a check has it.
#pragma once

#include <chrono>
#include <string>

#include "health/probe.hpp"

namespace probehost {

using std::chrono::milliseconds;

struct CheckPolicy {
    std::string name;
    std::string checker;
    ProbeSet probes;
    milliseconds timeout{2000};
    milliseconds interval{10000}; // zero: only when a probe asks
    milliseconds maxAge{1000};
    milliseconds staleAfter{60000};
    int failureThreshold = 1;
    int successThreshold = 1;
    bool critical = true;
};

} // namespace probehost
