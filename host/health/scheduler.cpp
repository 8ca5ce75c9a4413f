// The loop: messages, runs that are due or overdue, and one report a turn when something changed.
#include "health/scheduler.hpp"

#include <pthread.h>

#include <algorithm>

namespace probehost {

namespace {

int64_t nanoseconds(Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::optional<int64_t> minutes(const std::optional<milliseconds>& time) {
    if (!time) return std::nullopt;
    return std::chrono::floor<std::chrono::minutes>(*time).count();
}

} // namespace

Scheduler::Scheduler(Checks checks, HealthObserver& observer)
    : observer_(observer), checks_(std::move(checks)), pool_(static_cast<int>(checks_.size())) {
    beat_ = nanoseconds(Clock::now());
}

Scheduler::~Scheduler() { stop(std::chrono::milliseconds(0)); }

void Scheduler::start() {
    publish(Clock::now()); // before anybody can ask, so that every check is named from the first answer on
    thread_ = std::thread([this] { loop(); });
}

bool Scheduler::stop(std::chrono::milliseconds limit) {
    if (!thread_.joinable()) return true;
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) check->checker().end();
    }
    return pool_.waitIdle(limit);
}

void Scheduler::refresh(Probe probe) {
    post([this, probe](TimePoint now) { refreshNow(probe, now); });
}

void Scheduler::replace(Checks checks) {
    // A message is copied about, so it cannot own what cannot be copied.
    auto carried = std::make_shared<Checks>(std::move(checks));
    post([this, carried](TimePoint) { replaceNow(std::move(*carried)); });
}

void Scheduler::drain(bool draining) {
    post([this, draining](TimePoint) {
        draining_ = draining;
        dirty_ = true;
    });
}

void Scheduler::post(Message message) {
    {
        const std::scoped_lock lock(mutex_);
        messages_.push_back(std::move(message));
    }
    wake_.notify_one();
}

void Scheduler::loop() {
    pthread_setname_np(pthread_self(), "scheduler");
    standstill_ = Standstill(Clock::now());
    turn(Clock::now());
    for (;;) {
        const auto messages = waitForMessages();
        {
            const std::scoped_lock lock(mutex_);
            if (stopping_) return;
        }
        // One moment for all that follows, so that a standstill in between is noticed before anything is judged by it.
        const auto now = Clock::now();
        pardonStandstill(now);
        for (const auto& message : messages) message(now);
        turn(now);
    }
}

std::vector<Scheduler::Message> Scheduler::waitForMessages() {
    const auto until = std::min(nextEvent(), Clock::now() + Standstill::longestSleep);
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, until, [this] { return stopping_ || !messages_.empty(); });
    return std::exchange(messages_, {});
}

void Scheduler::turn(TimePoint now) {
    beat_ = nanoseconds(now); // goes on without events
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) expireRun(*check, now);
    }
    for (auto& check : checks_) {
        if (check->due(now) && holder(*check) == nullptr) startRun(*check, Reason::Schedule, now);
    }
    buryRetired();
    if (dirty_ || now >= shownUntil_) publish(now);
}

void Scheduler::pardonStandstill(TimePoint now) {
    const auto time = standstill_.until(now);
    if (time == Clock::duration::zero()) return;
    for (auto* checks : {&checks_, &retired_}) {
        for (auto& check : *checks) check->pardon(time);
    }
}

void Scheduler::startRun(Check& check, Reason reason, TimePoint now) {
    const double jitter = std::uniform_real_distribution(-1.0, 1.0)(random_);
    const auto request = check.start(now, reason, jitter);
    const bool running = pool_.run(check.checker(), request, [this, &check](std::optional<Result> result) {
        // The time of coming back counts, not the time the message is read.
        const auto back = Clock::now();
        post([this, &check, back, result = std::move(result)](TimePoint) { finishRun(check, result, back); });
    });
    if (!running) finishRun(check, Result::failed("No check thread free"), now);
}

void Scheduler::finishRun(Check& check, std::optional<Result> result, TimePoint now) {
    if (check.stuck()) pool_.grow(-1);
    check.finish(std::move(result), now);
    dirty_ = true;
}

// A stuck run keeps its thread, so the pool gets another one for the others.
void Scheduler::expireRun(Check& check, TimePoint now) {
    if (!check.expire(now)) return;
    check.checker().cancel();
    pool_.grow(1);
    dirty_ = true;
    for (auto& each : checks_) {
        if (each.get() != &check && each->policy().name == check.policy().name) each->inherit(check);
    }
}

void Scheduler::refreshNow(Probe probe, TimePoint now) {
    for (auto& check : checks_) {
        const bool tooOld = check->freshUntil() < now;
        const bool can = check->idle() && holder(*check) == nullptr;
        if (check->policy().probes.has(probe) && can && tooOld) startRun(*check, Reason::Probe, now);
    }
    dirty_ = true; // those who wait are answered even when nothing had to run
}

void Scheduler::replaceNow(Checks checks) {
    const auto more = static_cast<int>(checks.size()) - static_cast<int>(checks_.size());
    if (more > 0) pool_.grow(2 * more);
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
const Check* Scheduler::holder(const Check& check) const {
    const auto holds = [&](const auto& former) {
        return !former->idle() && former->policy().name == check.policy().name;
    };
    const auto found = std::ranges::find_if(retired_, holds);
    return found == retired_.end() ? nullptr : found->get();
}

// A check is destroyed on the pool, because its plugin may take its time; the runs keep their room meanwhile.
void Scheduler::buryRetired() {
    std::erase_if(retired_, [this](std::unique_ptr<Check>& check) {
        if (!check->idle()) return false;
        Check* buried = check.get();
        if (!pool_.executeBeside([buried] { const std::unique_ptr<Check> last(buried); })) return false;
        static_cast<void>(check.release());
        return true;
    });
}

void Scheduler::publish(TimePoint now) {
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
CheckState Scheduler::stateOf(const Check& check, TimePoint now) {
    auto state = check.state(now);
    shownUntil_ = std::min(shownUntil_, check.shownUntil(now));
    if (const Check* former = holder(check)) {
        state.stuckFor = former->stuckFor(now);
        shownUntil_ = std::min(shownUntil_, former->shownUntil(now));
    }
    return state;
}

void Scheduler::tellChanges(const std::vector<CheckState>& states, TimePoint now) {
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

Scheduler::TimePoint Scheduler::readyFreshUntil() const {
    auto fresh = TimePoint::max();
    if (draining_) return fresh;
    for (const auto& check : checks_) {
        const Check* former = holder(*check);
        const bool never = former != nullptr && former->stuck(); // none can be had, so nobody waits for it
        if (check->policy().probes.has(Probe::Ready) && !never) fresh = std::min(fresh, check->freshUntil());
    }
    return fresh;
}

Scheduler::TimePoint Scheduler::nextEvent() const {
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
