// How many lines a writer that cannot be trusted may have: some at once, and then so many a second.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace probehost {

class LineBudget {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr double atOnce = 200;
    static constexpr double perSecond = 20;

    struct Grant {
        bool granted = false;
        std::string notice; // to be written first, unless empty: that lines begin to be left out, or how many were
    };

    // For one line. Any thread.
    Grant take(TimePoint now) {
        const std::scoped_lock lock(mutex_);
        const std::chrono::duration<double> since = now - std::exchange(filled_, now);
        left_ = std::min(atOnce, left_ + std::max(0.0, since.count()) * perSecond);
        if (left_ < 1) return {false, leftOut_++ == 0 ? "plugins write too many lines: some are left out" : ""};
        left_ -= 1;
        const auto missing = std::exchange(leftOut_, 0);
        return {true, missing == 0 ? "" : std::to_string(missing) + " lines of plugins were left out"};
    }

  private:
    std::mutex mutex_;
    TimePoint filled_{};
    double left_ = atOnce;
    uint64_t leftOut_ = 0;
};

} // namespace probehost
