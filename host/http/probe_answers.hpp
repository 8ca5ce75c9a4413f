// What the three probes answer at one moment, as the rest of the host says it.
#pragma once

#include <array>
#include <chrono>
#include <string>

#include "health/probe.hpp"

namespace probehost {

struct ProbeAnswer {
    bool passing = false;
    std::string body;
    std::string terseBody;
    // A probe that arrives later than this waits for the next answers; max() for the probes that never wait.
    std::chrono::steady_clock::time_point freshUntil = std::chrono::steady_clock::time_point::max();
};

struct ProbeAnswers {
    std::array<ProbeAnswer, allProbes.size()> byProbe;
    ProbeAnswer stuck; // the live answer when the scheduler has stopped

    ProbeAnswer& operator[](Probe probe) { return byProbe[index(probe)]; }
    const ProbeAnswer& operator[](Probe probe) const { return byProbe[index(probe)]; }

    // What is true before anything was looked at.
    static ProbeAnswers beforeFirstResults();
};

} // namespace probehost
