// All checks, and what is to happen to them when: which run starts, which is given up, what observers are told.
//
// As with Check, time comes in from outside and nothing here waits: one thread owns it, and a simulation or a fuzz test
// drives the same code with a clock of its own.
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "health/check.hpp"
#include "health/report.hpp"

namespace probehost {

// What a schedule tells, always on the thread that drives it. Neither call may block.
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

// Who has the runs done that a schedule starts.
class Runner {
  public:
    virtual ~Runner() = default;
    // Has `check` run and hands the result to CheckSchedule::finish, not before this has returned. False when it
    // cannot.
    virtual bool run(Check& check, const RunRequest& request) = 0;
    // More or less room for runs, for more checks or for stuck ones.
    virtual void grow(int runs) = 0;
    // Takes and destroys a check, whose plugin may take its time. False, with nothing taken, when it cannot yet.
    virtual bool bury(std::unique_ptr<Check>& check) = 0;
};

class CheckSchedule {
  public:
    using TimePoint = Check::TimePoint;
    using Checks = std::vector<std::unique_ptr<Check>>;

    // `observer` and `runner` outlive this; `seed` decides how runs are spread.
    CheckSchedule(Checks checks, HealthObserver& observer, Runner& runner, uint32_t seed);

    // Does all that is due at `now`; to be called by nextEvent(), and after any of the calls below.
    void turn(TimePoint now);
    TimePoint nextEvent() const;

    std::size_t size() const { return checks_.size(); }
    void publish(TimePoint now);
    void finish(Check& check, std::optional<Result> result, TimePoint now);
    void refresh(Probe probe, TimePoint now); // runs what is too old for this probe
    void replace(Checks checks);
    void drain(bool draining);
    void pardon(Clock::duration time); // the process stood still for so long
    void end();                        // cancels all runs, for good

  private:
    void start(Check& check, Reason reason, TimePoint now);
    void expire(Check& check, TimePoint now);
    const Check* holder(const Check& check) const; // who of a former configuration keeps it from running
    void buryRetired();
    CheckState stateOf(const Check& check, TimePoint now);
    void tellChanges(const std::vector<CheckState>& states, TimePoint now);
    TimePoint readyFreshUntil() const;

    HealthObserver& observer_;
    Runner& runner_;
    Checks checks_;
    Checks retired_;               // of former configurations, until their runs come back
    std::vector<CheckState> told_; // states as last told to the observer
    TimePoint toldAt_{};
    bool draining_ = false;
    bool started_ = false;
    bool dirty_ = true;                       // a report is due
    TimePoint shownUntil_ = TimePoint::max(); // a report is due by then
    std::minstd_rand random_;
};

} // namespace probehost
