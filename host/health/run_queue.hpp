// Checks that are due and wait for a thread, first come, first served.
//
// So few threads serve many quick checks; but where none comes back, waiting for one would make checks run one after
// another, and more are asked for.
#pragma once

#include <deque>
#include <unordered_set>

#include "health/check.hpp"

namespace probehost {

class RunQueue {
  public:
    using TimePoint = Check::TimePoint;

    struct Waiting {
        Check* check;
        Reason reason;
        TimePoint since;
    };

    bool empty() const { return queue_.empty(); }
    bool contains(const Check& check) const { return members_.contains(&check); }

    // `check` is not in it. The first one to wait starts the clock of stalled().
    void add(Check& check, Reason reason, TimePoint now) {
        if (queue_.empty()) progress_ = now;
        queue_.push_back({&check, reason, now});
        members_.insert(&check);
    }

    // It is not empty.
    Waiting take() {
        const auto first = queue_.front();
        queue_.pop_front();
        members_.erase(first.check);
        return first;
    }

    void putBack(const Waiting& first) {
        queue_.push_front(first);
        members_.insert(first.check);
    }

    void clear() {
        queue_.clear();
        members_.clear();
    }

    // A thread came back, or more were asked for.
    void progress(TimePoint now) { progress_ = now; }

    // Nobody came back for so long that those who wait should not.
    bool stalled(TimePoint now) const { return !empty() && now - progress_ >= patience; }

    // When to look again whether there is a thread, though nobody said so: one is busy a moment longer than its run.
    TimePoint nextLook(TimePoint now) const { return empty() ? TimePoint::max() : now + milliseconds(1); }

  private:
    static constexpr milliseconds patience{20};

    std::deque<Waiting> queue_;
    std::unordered_set<const Check*> members_;
    TimePoint progress_{};
};

} // namespace probehost
