// The loop: messages, then a turn of the schedule, then sleep until its next event.
#include "health/scheduler.hpp"

#include <pthread.h>

#include <algorithm>
#include <random>
#include <utility>

namespace probehost {

namespace {

constexpr std::chrono::milliseconds longestRest{1000}; // the beat goes on where nothing happens

int64_t nanoseconds(Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

} // namespace

Scheduler::Scheduler(Checks checks, HealthObserver& observer)
    : schedule_(std::move(checks), observer, *this, std::random_device{}()),
      pool_(RunPool::threadsFor(schedule_.size())) {}

Scheduler::~Scheduler() { stop(std::chrono::milliseconds(0)); }

void Scheduler::start() {
    const auto now = Clock::now();
    beat_ = nanoseconds(now);
    for (const auto& message : takeMessages()) message(now);
    schedule_.publish(now); // before there are results, so that whoever asks is told of every check
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
    schedule_.end();
    return pool_.waitIdle(limit);
}

void Scheduler::refresh(Probe probe) {
    post([this, probe, asked = Clock::now()](auto) { schedule_.refresh(probe, asked); });
}

void Scheduler::replace(Checks checks) {
    // A message is copied about, so it cannot own what cannot be copied.
    auto carried = std::make_shared<Checks>(std::move(checks));
    post([this, carried](auto) {
        pool_.grow(RunPool::threadsFor(carried->size()) - RunPool::threadsFor(schedule_.size()));
        schedule_.replace(std::move(*carried));
    });
}

void Scheduler::drain(bool draining) {
    post([this, draining](auto) { schedule_.drain(draining); });
}

bool Scheduler::run(Check& check, const RunRequest& request) {
    return pool_.run(check.checker(), request, [this, &check](std::optional<Result> result) {
        // The time of coming back counts, not the time the message is read.
        const auto back = Clock::now();
        post([this, &check, back, result = std::move(result)](auto) { schedule_.finish(check, result, back); });
    });
}

// On the pool, where the runs keep their room meanwhile.
bool Scheduler::bury(std::unique_ptr<Check>& check) {
    Check* buried = check.get();
    if (!pool_.executeBeside([buried] { const std::unique_ptr<Check> last(buried); })) return false;
    static_cast<void>(check.release());
    return true;
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
        const bool underWay = schedule_.hasRuns();
        const auto messages = waitForMessages(underWay ? Standstill::longestSleep : longestRest);
        {
            const std::scoped_lock lock(mutex_);
            if (stopping_) return;
        }
        // One moment for all that follows, so that a standstill in between is noticed before anything is judged by it.
        const auto now = Clock::now();
        const auto away = standstill_.until(now);
        if (underWay && away != Clock::duration::zero()) schedule_.pardon(away);
        for (const auto& message : messages) message(now);
        turn(now);
    }
}

std::vector<Scheduler::Message> Scheduler::takeMessages() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(messages_, {});
}

std::vector<Scheduler::Message> Scheduler::waitForMessages(milliseconds most) {
    const auto until = std::min(schedule_.nextEvent(), Clock::now() + most);
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, until, [this] { return stopping_ || !messages_.empty(); });
    return std::exchange(messages_, {});
}

void Scheduler::turn(Clock::time_point now) {
    beat_ = nanoseconds(now); // goes on without events
    schedule_.turn(now);
}

} // namespace probehost
