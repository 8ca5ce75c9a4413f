// When a worker that died may be started again, and when no more.
#pragma once

#include <chrono>
#include <deque>
#include <random>

namespace probehost {

// Time comes in from outside. Waits 0.1 s after the first death of a minute and twice as long after each further one;
// the fifth is enough until reset().
class RestartPolicy {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr size_t mostDeaths = 5;
    static constexpr std::chrono::seconds window{60};

    void died(TimePoint now);
    TimePoint notBefore() const { return notBefore_; }
    bool quarantined() const { return quarantined_; }
    void reset();

  private:
    std::deque<TimePoint> deaths_; // within the window
    TimePoint notBefore_ = TimePoint::min();
    bool quarantined_ = false;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace probehost
