// Which check has something due when: one moment each, or none.
#pragma once

#include <map>
#include <unordered_map>

#include "health/check.hpp"

namespace probehost {

class EventQueue {
  public:
    using TimePoint = Check::TimePoint;

    // In place of the moment before; TimePoint::max() is none.
    void set(Check& check, TimePoint at) {
        remove(check);
        if (at == TimePoint::max()) return;
        moments_.emplace(&check, order_.emplace(at, &check));
    }

    void remove(Check& check) {
        const auto known = moments_.find(&check);
        if (known == moments_.end()) return;
        order_.erase(known->second);
        moments_.erase(known);
    }

    // The check whose moment came first, which then has none any more; null when none has come.
    Check* take(TimePoint now) {
        if (order_.empty() || order_.begin()->first > now) return nullptr;
        Check* check = order_.begin()->second;
        remove(*check);
        return check;
    }

    TimePoint next() const { return order_.empty() ? TimePoint::max() : order_.begin()->first; }

  private:
    using Order = std::multimap<TimePoint, Check*>; // of one moment, first come, first served

    Order order_;
    std::unordered_map<const Check*, Order::iterator> moments_;
};

} // namespace probehost
