// Whether the scheduler still ticks: a fast front must not hide a scheduler that has stopped.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace probehost {

class Heartbeat {
  public:
    using Clock = std::chrono::steady_clock;

    // Beat holds the CLOCK_MONOTONIC nanoseconds of the last tick, and 0 until the scheduler starts.
    Heartbeat(const std::atomic<int64_t>& beat, std::chrono::milliseconds limit)
        : beat_(beat), limit_(limit), pardoned_(Clock::now()) {}

    bool hasStopped(Clock::time_point now) const {
        const Clock::time_point last(std::chrono::nanoseconds(beat_.load(std::memory_order_relaxed)));
        if (last == Clock::time_point()) return now - pardoned_ > longestStart;
        return now - std::max(last, pardoned_) > limit_;
    }

    // The whole process stood still (SIGSTOP, a suspended machine): the scheduler gets its time anew.
    void pardon(Clock::time_point now) { pardoned_ = now; }

  private:
    static constexpr std::chrono::minutes longestStart{1};

    const std::atomic<int64_t>& beat_;
    const std::chrono::milliseconds limit_;
    Clock::time_point pardoned_;
};

} // namespace probehost
