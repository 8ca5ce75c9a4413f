// Back-off with a fifth of jitter, so that workers which died together do not start together.
#include "isolation/restart_policy.hpp"

#include <algorithm>
#include <cmath>

namespace probehost {

void RestartPolicy::died(TimePoint now) {
    while (!deaths_.empty() && now - deaths_.front() > window) deaths_.pop_front();
    deaths_.push_back(now);
    quarantined_ = deaths_.size() >= mostDeaths;
    if (shortLives_ > 0 && now - notBefore_ >= longLife) shortLives_ = 0;
    pause(now, ++shortLives_, longestRest);
}

void RestartPolicy::hung(TimePoint now) {
    hangs_ = hangs_ > 0 && now - lastHang_ <= window ? hangs_ + 1 : 1;
    lastHang_ = now;
    pause(now, hangs_, longestPause);
}

void RestartPolicy::pause(TimePoint now, size_t step, Seconds most) {
    std::uniform_real_distribution<double> jitter(0.8, 1.2);
    const auto seconds = std::min(Seconds(0.1 * std::exp2(step - 1)), most) * jitter(random_);
    notBefore_ = now + std::chrono::round<TimePoint::duration>(seconds);
}

void RestartPolicy::reset() {
    deaths_.clear();
    shortLives_ = 0;
    hangs_ = 0;
    notBefore_ = TimePoint::min();
    quarantined_ = false;
}

} // namespace probehost
