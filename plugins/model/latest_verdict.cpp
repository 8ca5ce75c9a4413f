// What a background thread found out last, for runs that must not wait.
#include "latest_verdict.hpp"

namespace probehost {

void LatestVerdict::publish(sdk::Verdict verdict) {
    const std::lock_guard lock(mutex_);
    verdict_ = std::move(verdict);
    at_ns_ = sdk::Deadline::now();
    first_.raise();
}

std::optional<sdk::Verdict> LatestVerdict::within(sdk::milliseconds limit) const {
    const std::lock_guard lock(mutex_);
    const bool known = at_ns_ != 0 && sdk::Deadline::now() - at_ns_ <= sdk::nanoseconds(limit).count();
    return known ? std::optional(verdict_) : std::nullopt;
}

void LatestVerdict::awaitFirst(const sdk::Deadline& deadline) const {
    if (!first_.raised()) deadline.wait(first_.fd(), POLLIN);
}

} // namespace probehost
