// Owns all checks and the one thread that starts, ends and judges their runs.
//
// Everything about checks happens on that thread; others send it messages. It never waits for a check, a client or a
// log, so its beat tells whether the host itself is alive.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "health/check.hpp"
#include "health/report.hpp"
#include "health/run_pool.hpp"
#include "health/standstill.hpp"

namespace probehost {

// What the scheduler tells, always on its own thread. Neither call may block.
class HealthObserver {
  public:
    virtual ~HealthObserver() = default;
    // Something that answers show has changed. `readyFreshUntil`: a ready probe arriving later waits for the next
    // report.
    virtual void reported(const Report& report, Clock::time_point readyFreshUntil) = 0;
    // A check got healthy or unhealthy, or a run of it got stuck or unstuck, or was so for another minute. `before` is
    // the state as last told, but a time for which it was stuck goes on to the end.
    virtual void changed(const CheckState& before, const CheckState& after) = 0;
};

class Scheduler {
  public:
    using Checks = std::vector<std::unique_ptr<Check>>;

    Scheduler(Checks checks, HealthObserver& observer);
    ~Scheduler(); // as stop()

    void start();
    // Cancels all runs and ends the thread; waits at most `limit` for runs. False when a run ignores its cancel, in
    // which case the process must end without destroying this.
    bool stop(std::chrono::milliseconds limit);

    // Any thread; none of these waits.
    void refresh(Probe probe); // runs what is too old for this probe
    void replace(Checks checks);
    void drain(bool draining);

    // CLOCK_MONOTONIC nanoseconds of the last turn of the thread; at most half a second old in a live host.
    const std::atomic<int64_t>& beat() const { return beat_; }

  private:
    using TimePoint = Check::TimePoint;
    using Message = std::function<void(TimePoint)>;

    void post(Message message);
    void loop();
    std::vector<Message> waitForMessages();
    void turn(TimePoint now);
    void pardonStandstill(TimePoint now);
    void startRun(Check& check, Reason reason, TimePoint now);
    void finishRun(Check& check, std::optional<Result> result, TimePoint now);
    void expireRun(Check& check, TimePoint now);
    void refreshNow(Probe probe, TimePoint now);
    void replaceNow(Checks checks);
    const Check* holder(const Check& check) const; // who of a former configuration keeps it from running
    void buryRetired();
    void publish(TimePoint now);
    CheckState stateOf(const Check& check, TimePoint now);
    void tellChanges(const std::vector<CheckState>& states, TimePoint now);
    TimePoint readyFreshUntil() const;
    TimePoint nextEvent() const;

    HealthObserver& observer_;
    Checks checks_;
    Checks retired_;               // of former configurations, until their runs come back
    std::vector<CheckState> told_; // states as last told to the observer
    TimePoint toldAt_{};
    bool draining_ = false;
    bool started_ = false;
    bool dirty_ = true;                       // a report is due
    TimePoint shownUntil_ = TimePoint::max(); // a report is due by then
    Standstill standstill_{Clock::now()};
    std::minstd_rand random_{std::random_device{}()};

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Message> messages_; // guarded by mutex_
    bool stopping_ = false;         // guarded by mutex_
    std::atomic<int64_t> beat_{0};
    std::thread thread_;
    RunPool pool_; // last, so that its threads have come back before anything they use is gone
};

} // namespace probehost
