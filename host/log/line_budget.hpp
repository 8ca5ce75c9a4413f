// How many lines a writer that cannot be trusted may have: some at once, and then so many a second. Those that are left
// out are told of once when it begins, and counted once a second at most.
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
        std::string notice; // to be written first, unless empty
    };

    // For one line. Any thread.
    Grant take(TimePoint now) {
        const std::scoped_lock lock(mutex_);
        const std::chrono::duration<double> since = now - std::exchange(filled_, now);
        left_ = std::min(atOnce, left_ + std::max(0.0, since.count()) * perSecond);
        if (left_ >= atOnce) told_ = false;
        if (left_ < 1) return {false, begin(now)};
        left_ -= 1;
        return {true, count(now)};
    }

  private:
    std::string begin(TimePoint now) {
        leftOut_++;
        if (std::exchange(told_, true)) return "";
        counted_ = now;
        return "plugins write too many lines: some are left out";
    }

    std::string count(TimePoint now) {
        if (leftOut_ == 0 || now - counted_ < std::chrono::seconds(1)) return "";
        counted_ = now;
        return std::to_string(std::exchange(leftOut_, 0)) + " lines of plugins were left out";
    }

    std::mutex mutex_; // guards all below
    TimePoint filled_{};
    double left_ = atOnce;
    uint64_t leftOut_ = 0; // since they were counted last
    TimePoint counted_{};
    bool told_ = false; // that lines are left out, since the budget was full
};

} // namespace probehost
