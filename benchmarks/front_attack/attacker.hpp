// Hostile clients, in one process, on loopback only.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace attack {

enum class Kind : uint8_t { Idle, Slow, KeepAlive, Deaf, Huge, Churn };

struct Plan {
    uint16_t port = 0;
    std::vector<Kind> kinds; // clients take turns in being one of these
    int connections = 10000;
    int reconnectsPerSecond = 2000;
};

// Shared with the measuring process.
struct Progress {
    std::atomic<int> open = 0;
    std::atomic<uint64_t> made = 0;
};

// Never returns: attacks until the process is killed.
[[noreturn]] void run(const Plan& plan, Progress& progress);

} // namespace attack
