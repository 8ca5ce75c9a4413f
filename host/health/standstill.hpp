// Notices that the process did not run for a while: it was stopped, frozen or starved.
#pragma once

#include <utility>

#include "health/result.hpp"

namespace probehost {

// For one thread that sleeps no longer than longestSleep at a time, or ignores what is told after a longer sleep.
class Standstill {
  public:
    static constexpr std::chrono::milliseconds longestSleep{250};

    explicit Standstill(Clock::time_point now) : lastAwake_(now) {}

    // For how long the process stood still until now, since the last call; a little more rather than less, and zero
    // when the thread woke about when it should.
    Clock::duration until(Clock::time_point now) {
        const auto away = now - std::exchange(lastAwake_, now);
        return away > longestSleep + tolerance ? away : Clock::duration::zero();
    }

  private:
    static constexpr std::chrono::milliseconds tolerance{200}; // a busy machine wakes nobody in time

    Clock::time_point lastAwake_;
};

} // namespace probehost
