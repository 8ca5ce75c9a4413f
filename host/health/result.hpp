// What one run said of its dependency.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace probehost {

using Clock = std::chrono::steady_clock;

enum class Status : uint8_t { Pass, Warn, Fail };

struct Result {
    Status status = Status::Fail;
    std::string message;             // for strangers; empty when passing
    std::string detail;              // for operators
    std::optional<double> latencyMs; // absent where the checker does no I/O
    std::vector<std::pair<std::string, std::string>> facts;

    static Result failed(std::string message, std::string detail = {}) {
        return {Status::Fail, std::move(message), std::move(detail), {}, {}};
    }
};

} // namespace probehost
