// What is due, one report a turn when something changed, and what outlives a reload.
#include "health/check_schedule.hpp"

#include <algorithm>

namespace probehost {

namespace {

std::optional<int64_t> minutes(const std::optional<milliseconds>& time) {
    if (!time) return std::nullopt;
    return std::chrono::floor<std::chrono::minutes>(*time).count();
}

} // namespace

CheckSchedule::CheckSchedule(Checks checks, HealthObserver& observer, Runner& runner, uint32_t seed)
    : observer_(observer), runner_(runner), checks_(std::move(checks)), random_(seed) {}

void CheckSchedule::turn(TimePoint now) {
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) expire(*check, now);
    }
    for (auto& check : checks_) {
        if (check->due(now) && holder(*check) == nullptr) start(*check, Reason::Schedule, now);
    }
    buryRetired();
    if (dirty_ || now >= shownUntil_) publish(now);
}

void CheckSchedule::drain(bool draining) {
    draining_ = draining;
    dirty_ = true;
}

void CheckSchedule::pardon(Clock::duration time) {
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) check->pardon(time);
    }
}

void CheckSchedule::end() {
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) check->checker().end();
    }
}

void CheckSchedule::start(Check& check, Reason reason, TimePoint now) {
    const double jitter = std::uniform_real_distribution(-1.0, 1.0)(random_);
    const auto request = check.start(now, reason, jitter);
    if (!runner_.run(check, request)) finish(check, Result::failed("No check thread free"), now);
}

void CheckSchedule::finish(Check& check, std::optional<Result> result, TimePoint now) {
    if (check.stuck()) runner_.grow(-1);
    check.finish(std::move(result), now);
    dirty_ = true;
}

// A stuck run keeps its thread, so the pool gets another one for the others.
void CheckSchedule::expire(Check& check, TimePoint now) {
    if (!check.expire(now)) return;
    check.checker().cancel();
    runner_.grow(1);
    dirty_ = true;
    for (auto& each : checks_) {
        if (each.get() != &check && each->policy().name == check.policy().name) each->inherit(check);
    }
}

void CheckSchedule::refresh(Probe probe, TimePoint now) {
    for (auto& check : checks_) {
        const bool tooOld = check->freshUntil() < now;
        const bool can = check->idle() && holder(*check) == nullptr;
        if (check->policy().probes.has(probe) && can && tooOld) start(*check, Reason::Probe, now);
    }
    dirty_ = true; // those who wait are answered even when nothing had to run
}

void CheckSchedule::replace(Checks checks) {
    const auto more = static_cast<int>(checks.size()) - static_cast<int>(checks_.size());
    if (more > 0) runner_.grow(2 * more);
    for (auto& check : checks) {
        const auto former = std::ranges::find(checks_, check->policy().name, [](auto& c) { return c->policy().name; });
        if (former != checks_.end()) check->inherit(**former);
    }
    for (auto& check : checks_) {
        check->checker().end();
        retired_.push_back(std::move(check));
    }
    checks_ = std::move(checks);
    dirty_ = true;
}

// Over a reload, too, a check has one run at a time, and its namesake's may still be under way.
const Check* CheckSchedule::holder(const Check& check) const {
    const auto holds = [&](const auto& former) {
        return !former->idle() && former->policy().name == check.policy().name;
    };
    const auto found = std::ranges::find_if(retired_, holds);
    return found == retired_.end() ? nullptr : found->get();
}

void CheckSchedule::buryRetired() {
    std::erase_if(retired_, [this](std::unique_ptr<Check>& check) { return check->idle() && runner_.bury(check); });
}

void CheckSchedule::publish(TimePoint now) {
    Report report;
    shownUntil_ = TimePoint::max();
    for (const auto& check : checks_) report.checks.push_back(stateOf(*check, now));
    started_ = started_ || allStarted(report.checks);
    report.draining = draining_;
    report.started = started_;
    tellChanges(report.checks, now);
    observer_.reported(report, readyFreshUntil());
    told_ = std::move(report.checks);
    toldAt_ = now;
    dirty_ = false;
}

// A run that outlived a reload still makes its check stuck.
CheckState CheckSchedule::stateOf(const Check& check, TimePoint now) {
    auto state = check.state(now);
    shownUntil_ = std::min(shownUntil_, check.shownUntil(now));
    if (const Check* former = holder(check)) {
        state.stuckFor = former->stuckFor(now);
        shownUntil_ = std::min(shownUntil_, former->shownUntil(now));
    }
    return state;
}

void CheckSchedule::tellChanges(const std::vector<CheckState>& states, TimePoint now) {
    for (const auto& after : states) {
        const auto before = std::ranges::find(told_, after.name, &CheckState::name);
        if (before == told_.end() || !after.everRan) continue;
        const bool changed = before->everRan != after.everRan || before->healthy != after.healthy ||
                             minutes(before->stuckFor) != minutes(after.stuckFor) || before->warning != after.warning;
        if (!changed) continue;
        if (before->stuckFor) *before->stuckFor += std::chrono::duration_cast<milliseconds>(now - toldAt_);
        observer_.changed(*before, after);
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

CheckSchedule::TimePoint CheckSchedule::nextEvent() const {
    auto next = shownUntil_;
    for (const auto& check : checks_) {
        if (holder(*check) == nullptr) next = std::min(next, check->nextEvent());
    }
    for (const auto& former : retired_) {
        if (!former->idle()) next = std::min(next, former->nextEvent());
    }
    return next;
}

} // namespace probehost
