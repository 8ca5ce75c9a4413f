// Runs that overran their deadline get only time that nobody else wants, and only those.
#include <sched.h>

#include <catch2/catch.hpp>
#include <future>

#include "gate.hpp"
#include "health/run_pool.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

int policyHere() { return sched_getscheduler(0); }

// A checker that tells the policy of its thread when the gate opens.
class Watched {
  public:
    Watched(RunPool& pool, Clock::time_point deadline) {
        REQUIRE(pool.run(checker_, {.deadline = deadline}, [](const std::optional<Result>&) {}));
        REQUIRE(entered_.pass());
    }
    const Checker& checker() const { return checker_; }
    int policyAtEnd() {
        go_.open();
        return told_.get_future().get();
    }

  private:
    Gate entered_;
    Gate go_;
    std::promise<int> told_;
    Trace trace_;
    ScriptedChecker checker_{trace_, [this](int) {
                                 entered_.open();
                                 go_.pass();
                                 told_.set_value(policyHere());
                                 return passed();
                             }};
};

int policyOfNextTask(RunPool& pool) {
    std::promise<int> told;
    REQUIRE(pool.execute([&told] { told.set_value(policyHere()); }));
    return told.get_future().get();
}

// Not everybody may: it takes CAP_SYS_NICE, or an RLIMIT_NICE of at least 1.
bool idleCanBeLeft() {
    return std::async(std::launch::async,
                      [] {
                          const sched_param none{};
                          return sched_setscheduler(0, SCHED_IDLE, &none) == 0 &&
                                 sched_setscheduler(0, SCHED_OTHER, &none) == 0;
                      })
        .get();
}

} // namespace

TEST_CASE("run threads: the one demoted is idle, the others and the caller are not", "[health]") {
    RunPool pool(2);
    Watched stuck(pool, Clock::now() + 1h);
    Watched other(pool, Clock::now() + 1h);
    pool.demote(stuck.checker());
    CHECK(stuck.policyAtEnd() == SCHED_IDLE);
    CHECK(other.policyAtEnd() == SCHED_OTHER);
    CHECK(policyHere() == SCHED_OTHER);
    CHECK(pool.waitIdle(patience));
}

TEST_CASE("run threads: a run that begins after its deadline is demoted", "[health]") {
    RunPool pool(1);
    Watched late(pool, Clock::now());
    CHECK(late.policyAtEnd() == SCHED_IDLE);
    CHECK(pool.waitIdle(patience));
}

TEST_CASE("run threads: after the run, its thread is as before, where the system allows that", "[health]") {
    RunPool pool(1);
    Watched stuck(pool, Clock::now() + 1h);
    pool.demote(stuck.checker());
    CHECK(stuck.policyAtEnd() == SCHED_IDLE);
    REQUIRE(pool.waitIdle(patience));
    CHECK(policyOfNextTask(pool) == (idleCanBeLeft() ? SCHED_OTHER : SCHED_IDLE));
    CHECK(pool.waitIdle(patience));
}

TEST_CASE("run threads: what does not run cannot be demoted", "[health]") {
    RunPool pool(1);
    Watched done(pool, Clock::now() + 1h);
    CHECK(done.policyAtEnd() == SCHED_OTHER);
    REQUIRE(pool.waitIdle(patience));
    pool.demote(done.checker());
    CHECK(policyOfNextTask(pool) == SCHED_OTHER);
    CHECK(pool.waitIdle(patience));
}

} // namespace probehost::test
