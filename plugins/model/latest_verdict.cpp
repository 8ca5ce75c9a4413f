// What a background thread found out last, for runs that must not wait.
#include "latest_verdict.hpp"

namespace probehost {
namespace {

constexpr sdk::milliseconds kMoment{50};

} // namespace

void LatestVerdict::publish(sdk::Verdict verdict) {
    const std::lock_guard lock(mutex_);
    if (at_ns_ == 0) first_.raise();
    verdict_ = std::move(verdict);
    at_ns_ = sdk::Deadline::now();
}

std::optional<sdk::Verdict> LatestVerdict::within(sdk::milliseconds limit) const {
    const std::lock_guard lock(mutex_);
    const bool known = at_ns_ != 0 && sdk::Deadline::now() - at_ns_ <= sdk::nanoseconds(limit).count();
    return known ? std::optional(verdict_) : std::nullopt;
}

void LatestVerdict::awaitFirst(const sdk::Run& run) const {
    if (first_.raised()) return;
    if (run.once()) return static_cast<void>(run.wait(first_.fd(), POLLIN));
    run.waitFor(first_.fd(), POLLIN, kMoment); // else the next run has it
}

} // namespace probehost
