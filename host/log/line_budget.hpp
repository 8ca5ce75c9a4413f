// How many lines a writer that cannot be trusted may have: some at once, and then so many a second.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace probehost {

class LineBudget {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr double atOnce = 200;
    static constexpr double perSecond = 20;

    // Nothing for a line that is to be left out; else how many were since the last one that was not. Any thread.
    std::optional<uint64_t> take(TimePoint now) {
        const std::scoped_lock lock(mutex_);
        const std::chrono::duration<double> since = now - std::exchange(filled_, now);
        left_ = std::min(atOnce, left_ + std::max(0.0, since.count()) * perSecond);
        if (left_ < 1) {
            leftOut_++;
            return std::nullopt;
        }
        left_ -= 1;
        return std::exchange(leftOut_, 0);
    }

  private:
    std::mutex mutex_;
    TimePoint filled_{};
    double left_ = atOnce;
    uint64_t leftOut_ = 0;
};

} // namespace probehost
