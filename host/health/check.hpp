// One configured check as a state machine: when it is due, whether it runs, and what its results add up to.
//
// Time comes in from outside and nothing here waits, so one thread owns it and tests need no clock. Never two runs at
// once: while a run overruns its deadline the check is stuck, reported as timed out, and not started again.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "health/check_policy.hpp"
#include "health/check_state.hpp"
#include "health/checker.hpp"

namespace probehost {

class Check {
  public:
    using TimePoint = Clock::time_point;

    Check(CheckPolicy policy, std::unique_ptr<Checker> checker);

    // Goes on from the results of its namesake in a former configuration, so that a reload answers nothing wrongly.
    void inherit(const Check& former) { history_ = former.history_; }

    const CheckPolicy& policy() const { return policy_; }
    Checker& checker() { return *checker_; }

    bool idle() const { return phase_ == Phase::Idle; }
    bool stuck() const { return phase_ == Phase::Stuck; }
    bool due(TimePoint now) const { return idle() && now >= due_; }

    // What a run that begins `now` is to be told.
    RunRequest request(TimePoint now, Reason reason) const;

    // It has begun; `jitter` (-1 to 1) moves the next one by a tenth of the interval, and the first few to anywhere in
    // its second half. Where max_age is as long as the interval, the next one is due before the result is too old.
    void start(TimePoint now, double jitter);

    // The run came back, with nothing when it was cut short. A late result is dropped. True when its
    // state, status or message is another than before; counts and the last error may be.
    bool finish(std::optional<Result> result, TimePoint now);

    // The process stood still for `time` of the run under way, which gets that long in addition. Should its checker
    // have given up meanwhile, because it knows the former deadline only, the run does not count and is due again.
    void pardon(Clock::duration time);

    // The run's deadline has passed without an answer: it timed out and goes on. True when the state changed.
    bool expire(TimePoint now);

    // A probe that arrived no later than this can be answered: its result is young enough, or none can be had.
    TimePoint freshUntil() const;

    // When a run is to be started or given up next.
    TimePoint nextEvent() const;

    // By how much a run has overrun its deadline that goes on; nothing for one that is just about to come back.
    std::optional<milliseconds> stuckFor(TimePoint now) const;

    // Until when state() stays as it is at `now` if nothing happens: results go stale, and then show their age.
    TimePoint shownUntil(TimePoint now) const;

    CheckState state(TimePoint now) const;

  private:
    enum class Phase { Idle, Running, Stuck };

    Clock::duration untilNext(double jitter) const;
    void record(Result result, TimePoint now);
    bool counts(bool passed) const;
    bool gaveUpInStandstill(const std::optional<Result>& result, TimePoint now) const;
    Result timeout() const;
    bool stale(TimePoint now) const;
    TimePoint stuckShownUntil(TimePoint now) const;
    TimePoint resultShownUntil(TimePoint now) const;
    std::string problem(TimePoint now) const;
    std::string warning(TimePoint now) const;

    CheckPolicy policy_;
    std::unique_ptr<Checker> checker_;

    Phase phase_ = Phase::Idle;
    int starts_ = 0;
    TimePoint due_ = TimePoint::min();
    TimePoint deadline_{};
    TimePoint requested_{}; // the deadline that the checker was given

    struct History {
        std::optional<TimePoint> finished; // of the last result
        bool healthy = false;
        bool everPassed = false;
        Result last;
        Result shown; // the last result that agrees with `healthy`
        std::string lastError;
        std::chrono::system_clock::time_point since = std::chrono::system_clock::now();
        uint64_t runs = 0;
        uint64_t failures = 0;  // consecutive
        uint64_t successes = 0; // consecutive
    };
    History history_;
};

} // namespace probehost
