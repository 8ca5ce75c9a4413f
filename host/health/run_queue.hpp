// Checks that are due and wait for a thread, first come, first served.
//
// So few threads serve many quick checks; but where none comes back, waiting for one would make checks run one after
// another, and more are asked for.
#pragma once

#include <algorithm>
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
        if (queue_.empty()) progress();
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
    void progress() { waited_ = {}; }

    // Nobody came back for so long that those who wait should not. A look that is late tells of a machine that stood
    // still, threads and all, and so counts little.
    bool stalled(TimePoint now) {
        waited_ += std::min<Clock::duration>(now - looked_, 2 * pause);
        looked_ = now;
        return !empty() && waited_ >= patience;
    }

    // When to look again whether there is a thread, though nobody said so: one is busy a moment longer than its run.
    TimePoint nextLook(TimePoint now) const { return empty() ? TimePoint::max() : now + pause; }

  private:
    static constexpr milliseconds pause{1};     // between two looks
    static constexpr milliseconds patience{50}; // a busy machine has runs wait for a processor, too

    std::deque<Waiting> queue_;
    std::unordered_set<const Check*> members_;
    Clock::duration waited_{};
    TimePoint looked_{};
};

} // namespace probehost
