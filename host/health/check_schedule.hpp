// All checks, and what is to happen to them when: which run starts, which is given up, what observers are told.
//
// As with Check, time comes in from outside and nothing here waits: one thread owns it, and a simulation or a fuzz test
// drives the same code with a clock of its own.
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "health/check.hpp"
#include "health/event_queue.hpp"
#include "health/report.hpp"
#include "health/run_queue.hpp"

namespace probehost {

// What a schedule tells, always on the thread that drives it. Neither call may block.
class HealthObserver {
  public:
    virtual ~HealthObserver() = default;
    // Something that answers show has changed. `readyFreshUntil`: a ready probe arriving later waits for the next
    // report.
    virtual void reported(std::shared_ptr<const Report> report, Clock::time_point readyFreshUntil) = 0;
    // A check got healthy or unhealthy, or a run of it got stuck or unstuck, or was so for another minute. `before` is
    // the state as last told, but a time for which it was stuck goes on to the end.
    virtual void changed(const CheckState& before, const CheckState& after) = 0;
};

// Who has the runs done that a schedule starts.
class Runner {
  public:
    virtual ~Runner() = default;
    // Whether a run would find a thread now; one that does not is asked for again later.
    virtual bool hasRoom() = 0;
    // Has `check` run and hands the result to CheckSchedule::finish, not before this has returned. False when the
    // system has no thread for it.
    virtual bool run(Check& check, const RunRequest& request) = 0;
    // More or less room for runs, for stuck ones or where none comes back.
    virtual void grow(int runs) = 0;
    // The run of `check` overran its deadline, so it is to take no time that anything else wants.
    virtual void demote(Check& check) = 0;
    // Takes and destroys a check, whose plugin may take its time. False, with nothing taken, when it cannot yet.
    virtual bool bury(std::unique_ptr<Check>& check) = 0;
};

class CheckSchedule {
  public:
    using TimePoint = Check::TimePoint;
    using Checks = std::vector<std::unique_ptr<Check>>;

    // No two of `checks` have the same name; `observer` and `runner` outlive this; `seed` decides how runs are spread.
    CheckSchedule(Checks checks, HealthObserver& observer, Runner& runner, uint32_t seed);

    // Does all that is due at `now`; to be called by nextEvent(), and after any of the calls below.
    void turn(TimePoint now);
    TimePoint nextEvent() const;

    bool hasRuns() const { return running_ > 0; } // within their deadlines
    std::size_t size() const { return checks_.size(); }
    void publish(TimePoint now);
    void finish(Check& check, std::optional<Result> result, TimePoint now);
    void refresh(Probe probe, TimePoint asked); // runs what is too old for a probe of that moment
    void replace(Checks checks);
    void drain(bool draining);
    void pardon(Clock::duration time); // the process stood still for so long
    void end();                        // cancels all runs, for good

  private:
    using Named = std::unordered_map<std::string_view, Check*>;

    void report(TimePoint by) { reportDue_ = std::min(reportDue_, by); }
    void reportAtOnce() { report(TimePoint::min()); }
    void happen(Check& check, TimePoint now);
    void freshen(Check& check, TimePoint asked, TimePoint now);
    void startWaiting(TimePoint now);
    void borrowThreads(int threads);
    bool start(const RunQueue::Waiting& next, TimePoint now);
    void begin(Check& check, TimePoint now);
    void expire(Check& check, TimePoint now);
    void plan(Check& check); // when something is due of it next
    void retire(std::unique_ptr<Check> check);
    void buryRetired();
    const Check* holder(const Check& check) const; // who of a former configuration keeps it from running
    Check* namesake(const Check& check) const;     // in the configuration in force
    TimePoint quietUntil(TimePoint now) const;
    CheckState stateOf(const Check& check, TimePoint now);
    void tellChanges(const std::vector<CheckState>& states, TimePoint now);
    TimePoint readyFreshUntil() const;

    HealthObserver& observer_;
    Runner& runner_;
    Checks checks_;
    Named names_;    // of checks_
    Checks retired_; // of former configurations, until their runs come back and they are buried
    Named holders_;  // those of retired_ that run
    EventQueue events_;
    RunQueue waiting_;                   // of checks_
    int running_ = 0;                    // runs within their deadlines
    int borrowed_ = 0;                   // threads, until no run is left
    std::shared_ptr<const Report> told_; // as last told, a check at the place where checks_ has it
    TimePoint toldAt_{};
    TimePoint toldFreshUntil_ = TimePoint::min();
    bool draining_ = false;
    bool started_ = false;
    TimePoint awaited_ = TimePoint::min(); // results fit for a probe of then, which waits for them
    TimePoint reportDue_ = TimePoint::min();
    TimePoint reportAfter_ = TimePoint::min(); // none is made before
    TimePoint lookAgain_ = TimePoint::max();   // for a thread
    std::minstd_rand random_;
};

} // namespace probehost
