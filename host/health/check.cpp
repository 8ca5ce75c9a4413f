// The transitions of one check.
#include "health/check.hpp"

#include <algorithm>

namespace probehost {

using std::chrono::duration_cast;
using std::chrono::seconds;

namespace {

// A run that comes back a moment after its deadline timed out and is not called stuck.
constexpr milliseconds grace{500};

// Replicas that start together should not run their checks together for ever: the first few intervals are shorter, by
// chance, which spreads the runs over the whole interval.
constexpr int startsToSpread = 4;

// A fiftieth of max_age is time for a result to come and be told while the one before is young enough for a probe.
constexpr int leadShare = 50;

} // namespace

Check::Check(CheckPolicy policy, std::unique_ptr<Checker> checker)
    : policy_(std::move(policy)), checker_(std::move(checker)) {}

RunRequest Check::request(TimePoint now, Reason reason) const {
    const auto due = reason == Reason::Schedule && due_ != TimePoint::min() ? due_ : now;
    return {now + policy_.timeout, reason, static_cast<uint32_t>(history_.runs + 1), due};
}

void Check::start(TimePoint now, double jitter) {
    phase_ = Phase::Running;
    deadline_ = now + policy_.timeout;
    requested_ = deadline_;
    starts_++;
    due_ = policy_.interval.count() == 0 ? TimePoint::max() : now + untilNext(jitter);
    history_.runs++;
}

Clock::duration Check::untilNext(double jitter) const {
    const double share = starts_ <= startsToSpread ? 0.75 + jitter / 4 : 1 + jitter / 10;
    const auto next = duration_cast<Clock::duration>(policy_.interval * share);
    if (policy_.maxAge < policy_.interval) return next; // probes are to have it run, then
    return std::min<Clock::duration>(next, policy_.maxAge - policy_.maxAge / leadShare);
}

bool Check::finish(std::optional<Result> result, TimePoint now) {
    const bool late = phase_ == Phase::Stuck;
    phase_ = Phase::Idle;
    if (late) {
        due_ = std::min(due_, now);
        return true;
    }
    if (gaveUpInStandstill(result, now)) {
        due_ = now;
        return false;
    }
    const bool inTime = result && now < deadline_;
    const bool wasTold = history_.finished && !stale(now);
    const bool wasHealthy = history_.healthy;
    const Status status = history_.shown.status;
    const std::string message = history_.shown.message;
    record(inTime ? std::move(*result) : timeout(), now);
    return !wasTold || history_.healthy != wasHealthy || history_.shown.status != status ||
           history_.shown.message != message;
}

void Check::pardon(Clock::duration time) {
    if (phase_ == Phase::Running) deadline_ += time;
}

bool Check::gaveUpInStandstill(const std::optional<Result>& result, TimePoint now) const {
    const bool gaveUp = !result || result->status == Status::Fail;
    return gaveUp && now >= requested_ && now < deadline_;
}

bool Check::expire(TimePoint now) {
    if (phase_ != Phase::Running || now < deadline_) return false;
    phase_ = Phase::Stuck;
    record(timeout(), now);
    return true;
}

Result Check::timeout() const {
    return Result::failed("Timeout after " + std::to_string(policy_.timeout.count()) + "ms");
}

void Check::record(Result result, TimePoint now) {
    const bool passed = result.status != Status::Fail;
    history_.failures = passed ? 0 : history_.failures + 1;
    history_.successes = passed ? history_.successes + 1 : 0;
    if (!passed) history_.lastError = result.message;
    if (passed != history_.healthy && counts(passed)) {
        history_.healthy = passed;
        history_.since = std::chrono::system_clock::now();
    }
    if (passed == history_.healthy) history_.shown = result;
    history_.everPassed = history_.everPassed || passed;
    history_.finished = now;
    history_.last = std::move(result);
}

// Whether a result that disagrees with the state changes it; the very first success does at once.
bool Check::counts(bool passed) const {
    if (!passed) return history_.failures >= static_cast<uint64_t>(policy_.failureThreshold);
    return !history_.everPassed || history_.successes >= static_cast<uint64_t>(policy_.successThreshold);
}

bool Check::stale(TimePoint now) const { return history_.finished && now - *history_.finished > policy_.staleAfter; }

Check::TimePoint Check::freshUntil() const {
    if (phase_ == Phase::Stuck) return TimePoint::max();
    return history_.finished ? *history_.finished + policy_.maxAge : TimePoint::min();
}

Check::TimePoint Check::nextEvent() const {
    if (phase_ == Phase::Stuck) return TimePoint::max();
    return phase_ == Phase::Running ? deadline_ : due_;
}

Check::TimePoint Check::shownUntil(TimePoint now) const {
    return std::min(stuckShownUntil(now), resultShownUntil(now));
}

// How long a run has been stuck is told at once and then every minute.
Check::TimePoint Check::stuckShownUntil(TimePoint now) const {
    if (!stuck()) return TimePoint::max();
    if (now < deadline_ + grace) return deadline_ + grace;
    return deadline_ + std::chrono::floor<std::chrono::minutes>(now - deadline_) + std::chrono::minutes(1);
}

Check::TimePoint Check::resultShownUntil(TimePoint now) const {
    if (!history_.finished) return TimePoint::max();
    if (!stale(now)) return *history_.finished + policy_.staleAfter + Clock::duration(1);
    return *history_.finished + std::chrono::floor<seconds>(now - *history_.finished) + seconds(1);
}

std::optional<milliseconds> Check::stuckFor(TimePoint now) const {
    if (!stuck() || now < deadline_ + grace) return std::nullopt;
    return duration_cast<milliseconds>(now - deadline_);
}

std::string Check::problem(TimePoint now) const {
    if (!history_.finished) return "No result yet";
    if (stale(now))
        return "No result for " + std::to_string(duration_cast<seconds>(now - *history_.finished).count()) + "s";
    if (history_.healthy) return "";
    return history_.shown.message.empty() ? "Unhealthy" : history_.shown.message;
}

std::string Check::warning(TimePoint now) const {
    if (!history_.healthy || stale(now) || history_.shown.status != Status::Warn) return "";
    return history_.shown.message.empty() ? "Degraded" : history_.shown.message;
}

CheckState Check::state(TimePoint now) const {
    CheckState state;
    state.name = policy_.name;
    state.checker = policy_.checker;
    state.probes = policy_.probes;
    state.critical = policy_.critical;
    state.healthy = history_.healthy && !stale(now);
    state.everRan = history_.finished.has_value();
    state.everPassed = history_.everPassed;
    state.detail = history_.last.detail;
    state.since = history_.since;
    state.runs = history_.runs;
    state.consecutiveFailures = history_.failures;
    state.lastError = history_.lastError;
    if (history_.finished) state.age = duration_cast<milliseconds>(now - *history_.finished);
    state.stuckFor = stuckFor(now);
    state.error = problem(now);
    state.warning = warning(now);
    if (state.healthy) state.latencyMs = history_.shown.latencyMs;
    return state;
}

} // namespace probehost
