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
    // Throws sdk::Cancelled at the deadline.
    void awaitFirst(const sdk::Deadline& deadline) const;

  private:
    mutable std::mutex mutex_;
    sdk::Verdict verdict_; // guarded by mutex_
    int64_t at_ns_ = 0;    // guarded by mutex_
    net::Event first_;
};

} // namespace probehost
