// What is due, one report a turn when something changed, and what outlives a reload.
#include "health/check_schedule.hpp"

#include <algorithm>

namespace probehost {

namespace {

constexpr int fewestMore = 16; // threads, where those there are do not come back; and as many again as are borrowed

// Results that change nothing but times, and that nobody waits for, share a report: ten a second at most, fewer where
// there are thousands of checks.
milliseconds quietTime(std::size_t checks) { return std::max(milliseconds(100), milliseconds(checks / 20)); }

std::optional<int64_t> minutes(const std::optional<milliseconds>& time) {
    if (!time) return std::nullopt;
    return std::chrono::floor<std::chrono::minutes>(*time).count();
}

// Reports of very many checks take long enough to be made a little more rarely.
milliseconds pauseAfterReport(std::size_t checks) { return milliseconds(checks / 100); }

template <typename Names, typename Checks>
void name(Names& names, const Checks& checks) {
    names.clear();
    for (const auto& check : checks) names.emplace(check->policy().name, check.get());
}

// What was told of these checks, in their order; nothing of those that are new.
std::shared_ptr<const Report> toldOf(const CheckSchedule::Checks& checks, const Report& told) {
    std::unordered_map<std::string_view, const CheckState*> known;
    for (const auto& state : told.checks) known.emplace(state.name, &state);
    auto report = std::make_shared<Report>();
    for (const auto& check : checks) {
        const auto found = known.find(check->policy().name);
        report->checks.push_back(found == known.end() ? CheckState() : *found->second);
    }
    return report;
}

} // namespace

CheckSchedule::CheckSchedule(Checks checks, HealthObserver& observer, Runner& runner, uint32_t seed)
    : observer_(observer), runner_(runner), checks_(std::move(checks)), told_(toldOf(checks_, {})), random_(seed) {
    name(names_, checks_);
    for (auto& check : checks_) plan(*check);
}

void CheckSchedule::turn(TimePoint now) {
    while (Check* check = events_.take(now)) happen(*check, now);
    startWaiting(now);
    buryRetired();
    if (now >= std::max(reportDue_, reportAfter_)) publish(now);
}

CheckSchedule::TimePoint CheckSchedule::nextEvent() const {
    return std::min({events_.next(), lookAgain_, std::max(reportDue_, reportAfter_)});
}

void CheckSchedule::happen(Check& check, TimePoint now) {
    expire(check, now);
    if (check.due(now)) waiting_.add(check, Reason::Schedule, now);
    plan(check);
}

void CheckSchedule::plan(Check& check) {
    const bool former = namesake(check) != &check;
    const bool rests = former ? check.idle() : waiting_.contains(check) || holder(check) != nullptr;
    events_.set(check, rests ? TimePoint::max() : check.nextEvent());
}

void CheckSchedule::drain(bool draining) {
    draining_ = draining;
    reportAtOnce();
}

void CheckSchedule::pardon(Clock::duration time) {
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) {
            check->pardon(time);
            plan(*check);
        }
    }
}

void CheckSchedule::end() {
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) check->checker().end();
    }
}

void CheckSchedule::startWaiting(TimePoint now) {
    if (waiting_.stalled(now) && !runner_.hasRoom()) borrowThreads(std::max(fewestMore, borrowed_));
    if (running_ == 0) borrowThreads(-borrowed_);
    while (!waiting_.empty() && runner_.hasRoom()) {
        const auto next = waiting_.take();
        if (start(next, now)) continue;
        waiting_.putBack(next);
        break;
    }
    lookAgain_ = waiting_.nextLook(now);
}

void CheckSchedule::borrowThreads(int threads) {
    if (threads == 0) return;
    runner_.grow(threads);
    borrowed_ += threads;
    waiting_.progress();
}

// False when it has to wait on. Threads that the system refuses now may come soon, those of other runs if no others.
bool CheckSchedule::start(const RunQueue::Waiting& next, TimePoint now) {
    Check& check = *next.check;
    if (runner_.run(check, check.request(now, next.reason))) {
        begin(check, now);
        return true;
    }
    if (now - next.since < check.policy().timeout) return false;
    begin(check, now);
    finish(check, Result::failed("No check thread free"), now);
    return true;
}

void CheckSchedule::begin(Check& check, TimePoint now) {
    check.start(now, std::uniform_real_distribution(-1.0, 1.0)(random_));
    running_++;
    plan(check);
}

void CheckSchedule::finish(Check& check, std::optional<Result> result, TimePoint now) {
    if (check.stuck())
        runner_.grow(-1);
    else
        running_--;
    const bool changed = check.finish(std::move(result), now);
    waiting_.progress();
    const bool awaited = awaited_ != TimePoint::min();
    report(changed || awaited ? TimePoint::min() : quietUntil(now));
    plan(check);
    // A run that was over when it was asked for, but not yet read, does not answer that.
    if (awaited && namesake(check) == &check && check.policy().probes.has(Probe::Ready)) freshen(check, awaited_, now);
    const auto held = holders_.find(check.policy().name);
    if (held == holders_.end() || held->second != &check) return;
    holders_.erase(held);
    if (Check* successor = namesake(check)) plan(*successor);
}

// A stuck run keeps its thread, so the pool gets another one for the others.
void CheckSchedule::expire(Check& check, TimePoint now) {
    if (!check.expire(now)) return;
    check.checker().cancel();
    runner_.demote(check);
    runner_.grow(1);
    running_--;
    reportAtOnce();
    Check* successor = namesake(check);
    if (successor != nullptr && successor != &check) successor->inherit(check);
}

// Unless its result is young enough, or another is on its way.
void CheckSchedule::freshen(Check& check, TimePoint asked, TimePoint now) {
    const bool can = check.idle() && !waiting_.contains(check) && holder(check) == nullptr;
    if (!can || check.freshUntil() >= asked) return;
    waiting_.add(check, Reason::Probe, now);
    plan(check);
}

void CheckSchedule::refresh(Probe probe, TimePoint asked) {
    for (auto& check : checks_)
        if (check->policy().probes.has(probe)) freshen(*check, asked, asked);
    awaited_ = std::max(awaited_, asked);
    reportAtOnce(); // those who wait are answered even when nothing had to run
}

void CheckSchedule::replace(Checks checks) {
    for (auto& check : checks) {
        if (const Check* former = namesake(*check)) check->inherit(*former);
    }
    told_ = toldOf(checks, *told_);
    waiting_.clear();
    names_.clear();
    for (auto& check : checks_) retire(std::move(check));
    checks_ = std::move(checks);
    name(names_, checks_);
    for (auto& check : checks_) plan(*check);
    reportAtOnce();
}

void CheckSchedule::retire(std::unique_ptr<Check> check) {
    check->checker().end();
    if (check->idle())
        events_.remove(*check);
    else
        holders_.emplace(check->policy().name, check.get());
    retired_.push_back(std::move(check));
}

// Over a reload, too, a check has one run at a time, and its namesake's may still be under way.
const Check* CheckSchedule::holder(const Check& check) const {
    const auto found = holders_.find(check.policy().name);
    return found == holders_.end() || found->second == &check ? nullptr : found->second;
}

Check* CheckSchedule::namesake(const Check& check) const {
    const auto found = names_.find(check.policy().name);
    return found == names_.end() ? nullptr : found->second;
}

void CheckSchedule::buryRetired() {
    std::erase_if(retired_, [this](std::unique_ptr<Check>& check) { return check->idle() && runner_.bury(check); });
}

void CheckSchedule::publish(TimePoint now) {
    auto report = std::make_shared<Report>();
    report->checks.reserve(checks_.size());
    reportDue_ = TimePoint::max();
    for (const auto& check : checks_) report->checks.push_back(stateOf(*check, now));
    started_ = started_ || allStarted(report->checks);
    report->draining = draining_;
    report->started = started_;
    tellChanges(report->checks, now);
    told_ = std::move(report);
    toldAt_ = now;
    reportAfter_ = now + pauseAfterReport(checks_.size());
    toldFreshUntil_ = readyFreshUntil();
    if (toldFreshUntil_ >= awaited_) awaited_ = TimePoint::min();
    observer_.reported(told_, toldFreshUntil_);
}

// How long a result that changes nothing may go untold. While probes need not wait, it is told before they have to.
CheckSchedule::TimePoint CheckSchedule::quietUntil(TimePoint now) const {
    const auto quiet = toldAt_ + quietTime(checks_.size());
    const auto lead = milliseconds(5) + pauseAfterReport(checks_.size()) / 4; // which a report may take
    return toldFreshUntil_ < now ? quiet : std::min(quiet, toldFreshUntil_ - lead);
}

// A run that outlived a reload still makes its check stuck.
CheckState CheckSchedule::stateOf(const Check& check, TimePoint now) {
    auto state = check.state(now);
    report(check.shownUntil(now));
    if (const Check* former = holder(check)) {
        state.stuckFor = former->stuckFor(now);
        report(former->shownUntil(now));
    }
    return state;
}

void CheckSchedule::tellChanges(const std::vector<CheckState>& states, TimePoint now) {
    for (std::size_t i = 0; i < states.size(); i++) {
        const auto& before = told_->checks[i];
        const auto& after = states[i];
        if (before.name.empty() || !after.everRan) continue;
        const bool changed = before.everRan != after.everRan || before.healthy != after.healthy ||
                             minutes(before.stuckFor) != minutes(after.stuckFor) || before.warning != after.warning;
        if (!changed) continue;
        auto until = before;
        if (until.stuckFor) *until.stuckFor += std::chrono::duration_cast<milliseconds>(now - toldAt_);
        observer_.changed(until, after);
    }
}

CheckSchedule::TimePoint CheckSchedule::readyFreshUntil() const {
    auto fresh = TimePoint::max();
    if (draining_) return fresh;
    for (const auto& check : checks_) {
        const Check* former = holder(*check);
        const bool never = former != nullptr && former->stuck(); // none can be had, so nobody waits for it
        if (check->policy().probes.has(Probe::Ready) && !never) fresh = std::min(fresh, check->freshUntil());
    }
    return fresh;
}

} // namespace probehost
