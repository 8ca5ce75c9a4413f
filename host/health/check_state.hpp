// What is known of one check at one moment: plain data for those who answer, print and log.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "health/probe.hpp"

namespace probehost {

struct CheckState {
    std::string name;
    std::string checker;
    ProbeSet probes;
    bool critical = true;

    bool healthy = false;
    bool everRan = false; // has a result
    bool everPassed = false;
    std::string error;               // why it is unhealthy
    std::string warning;             // why it is healthy with a reservation
    std::optional<double> latencyMs; // of the last passing run
    std::string detail;              // of the last run, for operators

    std::optional<std::chrono::milliseconds> age;      // of the last result
    std::optional<std::chrono::milliseconds> stuckFor; // a run has overrun its deadline by this much and goes on
    std::chrono::system_clock::time_point since{};     // when `healthy` last changed
    uint64_t runs = 0;
    uint64_t consecutiveFailures = 0;
    std::string lastError; // of the last failing run, also after it recovered
};

} // namespace probehost
