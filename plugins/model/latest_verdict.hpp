// What a background thread found out last, for runs that must not wait.
#pragma once

#include <mutex>
#include <optional>
#include <probehost/checker.hpp>

#include "net/background.hpp"

namespace probehost {

// Published by one thread, read by any.
class LatestVerdict {
  public:
    void publish(sdk::Verdict verdict);
    // The last verdict unless it is older than `limit`: then, and before the first one, nothing.
    std::optional<sdk::Verdict> within(sdk::milliseconds limit) const;
    bool published() const { return first_.raised(); }
    // Waits for the first verdict, a moment if the run is one of many: most are there by then, and a service that has
    // just started is not called unready for want of it. One that is the only run waits until its deadline, where this
    // throws sdk::Cancelled.
    void awaitFirst(const sdk::Run& run) const;

  private:
    mutable std::mutex mutex_;
    sdk::Verdict verdict_; // guarded by mutex_
    int64_t at_ns_ = 0;    // guarded by mutex_
    net::Event first_;
};

} // namespace probehost
