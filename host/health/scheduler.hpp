// The one thread that drives the schedule, and the pool on which checks run.
//
// Everything about checks happens on that thread; others send it messages. It never waits for a check, a client or a
// log, so its beat tells whether the host itself is alive.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "health/check_schedule.hpp"
#include "health/run_pool.hpp"
#include "health/standstill.hpp"

namespace probehost {

class Scheduler : private Runner {
  public:
    using Checks = CheckSchedule::Checks;

    Scheduler(Checks checks, HealthObserver& observer);
    ~Scheduler() override; // as stop()

    // What was posted before counts from the first report on.
    void start();
    // Cancels all runs and ends the thread; waits at most `limit` for runs. False when a run ignores its cancel, in
    // which case the process must end without destroying this.
    bool stop(std::chrono::milliseconds limit);

    // Any thread; none of these waits.
    void refresh(Probe probe); // runs what is too old for this probe
    void replace(Checks checks);
    void drain(bool draining);

    // CLOCK_MONOTONIC nanoseconds of the last turn of the thread; about a second old at most in a live host, and 0
    // before the start.
    const std::atomic<int64_t>& beat() const { return beat_; }

  private:
    using Message = std::function<void(Clock::time_point)>;

    bool hasRoom() override { return pool_.hasRoom(); }
    bool run(Check& check, const RunRequest& request) override;
    void grow(int runs) override { pool_.grow(runs); }
    void demote(Check& check) override { pool_.demote(check.checker()); }
    bool bury(std::unique_ptr<Check>& check) override;

    void post(Message message);
    void loop();
    std::vector<Message> takeMessages();
    std::vector<Message> waitForMessages(milliseconds most);
    void turn(Clock::time_point now);

    CheckSchedule schedule_;
    Standstill standstill_{Clock::now()};

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Message> messages_; // guarded by mutex_
    bool stopping_ = false;         // guarded by mutex_
    std::atomic<int64_t> beat_{0};
    std::thread thread_;
    RunPool pool_; // last, so that its threads have come back before anything they use is gone
};

} // namespace probehost
