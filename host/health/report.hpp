// Every check's state and the three probes' verdicts at one moment. Plain data; knows nothing of HTTP or JSON.
#pragma once

#include <vector>

#include "health/check_state.hpp"

namespace probehost {

enum class Verdict { Passing, Degraded, Failing };

struct Report {
    std::vector<CheckState> checks; // in the order of the configuration
    bool created = true;            // all checks; else it is neither ready nor started
    bool draining = false;
    bool started = false; // the latch: once true, always true

    // Liveness fails only by a result; a check that has none yet is no reason for a restart.
    Verdict live() const;
    Verdict ready() const;
    Verdict verdict(Probe probe) const;
};

// Whether every check on the started probe has passed once.
bool allStarted(const std::vector<CheckState>& checks);

} // namespace probehost
