// When a worker that died may be started again, and when no more; and when a check whose run hung may run again.
#pragma once

#include <chrono>
#include <deque>
#include <random>

namespace probehost {

// Time comes in from outside. Waits 0.1 s after the first death and twice as long after each further one, up to
// longestRest, so that from the twelfth on there is at most one start a minute; a life of longLife makes it begin anew.
// Five deaths in a minute are enough until reset(). Hangs make it wait likewise, but those further apart than a minute
// begin anew, it is never longer than longestPause, and they are never enough.
class RestartPolicy {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Seconds = std::chrono::duration<double>;

    static constexpr size_t mostDeaths = 5;
    static constexpr std::chrono::seconds window{60};
    static constexpr std::chrono::seconds longestPause{5}; // after a hang, before jitter
    static constexpr std::chrono::seconds longestRest{75}; // after a death; a minute even with the least jitter
    static constexpr std::chrono::minutes longLife{10};

    void died(TimePoint now);
    void hung(TimePoint now);
    TimePoint notBefore() const { return notBefore_; }
    bool quarantined() const { return quarantined_; }
    void reset();

  private:
    void pause(TimePoint now, size_t step, Seconds most);

    std::deque<TimePoint> deaths_; // within the window
    size_t shortLives_ = 0;        // since the last long one
    TimePoint notBefore_ = TimePoint::min();
    size_t hangs_ = 0; // none further from the next than the window
    TimePoint lastHang_ = TimePoint::min();
    bool quarantined_ = false;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace probehost
