// A thing that can be looked at: what the health domain knows of a plugin's check.
#pragma once

#include <cstdint>
#include <optional>

#include "health/result.hpp"

namespace probehost {

enum class Reason : uint8_t { Schedule, Probe, Once };

struct RunRequest {
    Clock::time_point deadline;
    Reason reason = Reason::Schedule;
    uint32_t attempt = 1;
    Clock::time_point due{}; // when it should have begun
};

class Checker {
  public:
    virtual ~Checker() = default;

    // Looks once. Called from a pool thread, never twice at once. Never throws; may overrun its deadline, which the
    // caller has to survive. Nothing is returned when the deadline, cancel() or end() cut it short.
    virtual std::optional<Result> run(const RunRequest& request) = 0;

    // Asks the run under way to come back. Any thread; without a run it does nothing.
    virtual void cancel() = 0;

    // As cancel(), and every later run comes back at once as well. Any thread; there is no way back.
    virtual void end() = 0;
};

} // namespace probehost
