// Back-off with a fifth of jitter, so that workers which died together do not start together.
#include "isolation/restart_policy.hpp"

namespace probehost {

void RestartPolicy::died(TimePoint now) {
    while (!deaths_.empty() && now - deaths_.front() > window) deaths_.pop_front();
    deaths_.push_back(now);
    quarantined_ = deaths_.size() >= mostDeaths;
    std::uniform_real_distribution<double> jitter(0.8, 1.2);
    const double seconds = 0.1 * static_cast<double>(1U << (deaths_.size() - 1)) * jitter(random_);
    notBefore_ = now + std::chrono::round<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}

void RestartPolicy::reset() {
    deaths_.clear();
    notBefore_ = TimePoint::min();
    quarantined_ = false;
}

} // namespace probehost
