// The numbers with which an orchestrator's probes fit a configuration, and the reason of each.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "config/settings.hpp"

namespace probehost {

enum class Platform { Kubernetes, ContainerApps };

struct Figure {
    int64_t value = 0; // seconds, or how many
    std::string reason;
};

struct ProbePlan {
    Figure period, failures;
    std::optional<Figure> successes; // nothing where the platform's default of 1 is the only one it takes
    Figure timeout;
};

struct Plan {
    uint16_t port = 0;
    Figure grace; // from SIGTERM to SIGKILL
    ProbePlan started, live, ready;
};

// How long the application may take to start, at least a second.
struct StartupTime {
    std::chrono::milliseconds time{0};
    std::string basis; // in words, such as "three times the 20s that it took"; "" when somebody said so
};

// In words, what keeps the platform from probing this configuration.
class PlanImpossible : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The longest that the platform waits for a start.
std::chrono::milliseconds longestStartup(Platform platform);

// `settings` are resolved: each check has what its checker suggests. `startup` is no longer than the above.
// Throws PlanImpossible.
Plan planProbes(const Settings& settings, Platform platform, const StartupTime& startup);

} // namespace probehost
