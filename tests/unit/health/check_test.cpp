// One check as a state machine: when it is due, how its run ends, and what is known then. All times are made up.
#include "health/check.hpp"

#include <catch2/catch.hpp>

#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point t0(1h);

CheckPolicy every10s() {
    auto policy = test::policy("database");
    policy.timeout = 2s;
    policy.interval = 10s;
    policy.maxAge = 1s;
    return policy;
}

// A check that never runs its checker: the tests say what came of it.
struct Subject {
    Trace trace;
    Check check;
    explicit Subject(const CheckPolicy& policy = every10s())
        : check(policy, std::make_unique<ScriptedChecker>(trace, passing())) {}
    void run(Clock::time_point at, std::optional<Result> result, Clock::duration took = 5ms) {
        check.start(at, 0);
        check.finish(std::move(result), at + took);
    }
};

} // namespace

TEST_CASE("check: a new one is due at once and has no result yet", "[health]") {
    const Subject subject;
    CHECK(subject.check.due(t0));
    CHECK(subject.check.nextEvent() < t0);
    CHECK(subject.check.freshUntil() < t0);
    const auto state = subject.check.state(t0);
    CHECK_FALSE(state.healthy);
    CHECK_FALSE(state.everRan);
    CHECK(state.error == "No result yet");
    CHECK_FALSE(state.age);
    CHECK(state.runs == 0);
}

TEST_CASE("check: a run gets its deadline, its reason and its number", "[health]") {
    Subject subject;
    const auto first = subject.check.request(t0, Reason::Schedule);
    CHECK(first.deadline == t0 + 2s);
    CHECK(first.reason == Reason::Schedule);
    CHECK(first.attempt == 1);
    subject.run(t0, passed());
    const auto second = subject.check.request(t0 + 1s, Reason::Probe);
    CHECK(second.deadline == t0 + 3s);
    CHECK(second.reason == Reason::Probe);
    CHECK(second.attempt == 2);
}

TEST_CASE("check: while it runs it is neither idle nor due, however long that takes", "[health]") {
    Subject subject;
    subject.check.start(t0, 0);
    CHECK_FALSE(subject.check.idle());
    CHECK_FALSE(subject.check.due(t0 + 1h));
    CHECK(subject.check.nextEvent() == t0 + 2s);
    CHECK(subject.check.state(t0 + 1s).error == "No result yet");
    CHECK(subject.check.state(t0 + 1s).runs == 1);
}

TEST_CASE("check: the next run is due an interval after the start of the last, spread by a tenth", "[health]") {
    auto [jitter, due] = GENERATE(table<double, milliseconds>({{0.0, 10s}, {1.0, 11s}, {-1.0, 9s}, {0.5, 10500ms}}));
    CAPTURE(jitter);
    Subject subject;
    for (auto start = t0 - 40s; start < t0; start += 10s) subject.run(start, passed());
    subject.check.start(t0, jitter);
    subject.check.finish(passed(), t0 + 1500ms);
    CHECK(subject.check.nextEvent() == t0 + due);
    CHECK_FALSE(subject.check.due(t0 + due - 1ms));
    CHECK(subject.check.due(t0 + due));
}

TEST_CASE("check: where a result may be as old as the interval, the next run is due before it is too old", "[health]") {
    auto [jitter, maxAge, due] = GENERATE(table<double, milliseconds, milliseconds>({{1.0, 10s, 9800ms},
                                                                                     {-1.0, 10s, 9s},
                                                                                     {0.0, 11s, 10s},
                                                                                     {1.0, 11s, 10780ms},
                                                                                     {1.0, 12s, 11s},
                                                                                     {1.0, 9999ms, 11s}}));
    CAPTURE(jitter, maxAge.count());
    auto policy = every10s();
    policy.maxAge = maxAge;
    Subject subject(policy);
    for (auto start = t0 - 40s; start < t0; start += 10s) subject.run(start, passed());
    subject.check.start(t0, jitter);
    subject.check.finish(passed(), t0 + 1500ms);
    CHECK(subject.check.nextEvent() == t0 + due);
}

TEST_CASE("check: the first four intervals are shorter by chance, so that who started together parts", "[health]") {
    auto [jitter, due] = GENERATE(table<double, milliseconds>({{0.0, 7500ms}, {1.0, 10s}, {-1.0, 5s}, {0.5, 8750ms}}));
    const int before = GENERATE(range(0, 4));
    CAPTURE(jitter, before);
    Subject subject;
    for (int i = 0; i < before; i++) subject.run(t0 - 10s, passed());
    subject.check.start(t0, jitter);
    subject.check.finish(passed(), t0 + 1500ms);
    CHECK(subject.check.nextEvent() == t0 + due);
}

TEST_CASE("check: with the interval zero it runs once, and then never by itself", "[health]") {
    auto policy = every10s();
    policy.interval = 0ms;
    Subject subject(policy);
    CHECK(subject.check.due(t0));
    subject.run(t0, passed());
    CHECK_FALSE(subject.check.due(t0 + 10000h));
    CHECK(subject.check.nextEvent() == Clock::time_point::max());
}

TEST_CASE("check: a run longer than the interval is followed by the next at once", "[health]") {
    auto policy = every10s();
    policy.interval = 1s;
    Subject subject(policy);
    subject.run(t0, passed(), 1900ms);
    CHECK(subject.check.due(t0 + 1900ms));
}

TEST_CASE("check: a passing run shows its latency, a warning one its reservation", "[health]") {
    Subject subject;
    subject.run(t0, passed(3.25));
    auto state = subject.check.state(t0 + 1s);
    CHECK(state.healthy);
    CHECK(state.everPassed);
    CHECK(state.error.empty());
    CHECK(state.warning.empty());
    CHECK(state.latencyMs.value() == 3.25);
    CHECK(state.age.value() == 995ms);

    subject.run(t0 + 10s, warned("Throttled"));
    state = subject.check.state(t0 + 11s);
    CHECK(state.healthy);
    CHECK(state.warning == "Throttled");
    CHECK_FALSE(state.latencyMs);
}

TEST_CASE("check: a failing run shows its message, and no latency", "[health]") {
    Subject subject;
    auto result = Result::failed("Connection refused", "connect: 127.0.0.1:5432");
    result.latencyMs = 1.0;
    subject.run(t0, result);
    const auto state = subject.check.state(t0 + 1s);
    CHECK_FALSE(state.healthy);
    CHECK(state.everRan);
    CHECK_FALSE(state.everPassed);
    CHECK(state.error == "Connection refused");
    CHECK(state.detail == "connect: 127.0.0.1:5432");
    CHECK(state.lastError == "Connection refused");
    CHECK(state.consecutiveFailures == 1);
    CHECK_FALSE(state.latencyMs);
}

TEST_CASE("check: a verdict without words gets some", "[health]") {
    Subject subject;
    subject.run(t0, Result::failed(""));
    CHECK(subject.check.state(t0).error == "Unhealthy");
    subject.run(t0 + 10s, warned(""));
    CHECK(subject.check.state(t0 + 10s).warning == "Degraded");
}

TEST_CASE("check: what went wrong last is still known when it is healthy again", "[health]") {
    Subject subject;
    subject.run(t0, Result::failed("Connection refused"));
    subject.run(t0 + 10s, passed());
    const auto state = subject.check.state(t0 + 10s);
    CHECK(state.healthy);
    CHECK(state.error.empty());
    CHECK(state.lastError == "Connection refused");
    CHECK(state.consecutiveFailures == 0);
    CHECK(state.runs == 2);
}

TEST_CASE("check: a run that comes back empty-handed has timed out", "[health]") {
    Subject subject;
    subject.run(t0, std::nullopt, 2s);
    CHECK(subject.check.state(t0 + 2s).error == "Timeout after 2000ms");
}

TEST_CASE("check: a run that comes back at its deadline or later has timed out, whatever it says", "[health]") {
    const auto took = GENERATE(Clock::duration(2s), Clock::duration(2s + 1ns), Clock::duration(3s));
    Subject subject;
    subject.run(t0, passed(), took);
    const auto state = subject.check.state(t0 + took);
    CHECK_FALSE(state.healthy);
    CHECK_FALSE(state.everPassed);
    CHECK(state.error == "Timeout after 2000ms");
    CHECK(subject.check.idle());
}

TEST_CASE("check: a run that comes back just before its deadline is in time", "[health]") {
    Subject subject;
    subject.run(t0, passed(), 2s - 1ns);
    CHECK(subject.check.state(t0 + 2s).healthy);
}

TEST_CASE("check: a run expires at its deadline, once, and not before", "[health]") {
    Subject subject;
    CHECK_FALSE(subject.check.expire(t0 + 1h));
    subject.check.start(t0, 0);
    CHECK_FALSE(subject.check.expire(t0 + 2s - 1ns));
    CHECK(subject.check.expire(t0 + 2s));
    CHECK_FALSE(subject.check.expire(t0 + 3s));
    CHECK(subject.check.stuck());
    const auto state = subject.check.state(t0 + 2500ms);
    CHECK(state.error == "Timeout after 2000ms");
    CHECK(state.stuckFor.value() == 500ms);
    CHECK(state.consecutiveFailures == 1);
}

TEST_CASE("check: while its run is overdue it is not started again, and no probe waits for it", "[health]") {
    Subject subject;
    subject.check.start(t0, 0);
    subject.check.expire(t0 + 2s);
    CHECK_FALSE(subject.check.due(t0 + 1h));
    CHECK_FALSE(subject.check.idle());
    CHECK(subject.check.freshUntil() == Clock::time_point::max());
    CHECK(subject.check.nextEvent() == Clock::time_point::max());
}

TEST_CASE("check: a late result is dropped, and the next run is due at once", "[health]") {
    auto policy = every10s();
    policy.interval = GENERATE(milliseconds(0), milliseconds(10s));
    Subject subject(policy);
    subject.run(t0, passed(1.0));
    subject.check.start(t0 + 10s, 0);
    subject.check.expire(t0 + 12s);
    CHECK(subject.check.finish(passed(99.0), t0 + 13s));

    auto state = subject.check.state(t0 + 13s);
    CHECK_FALSE(state.healthy);
    CHECK(state.error == "Timeout after 2000ms");
    CHECK_FALSE(state.stuckFor);
    CHECK(state.age.value() == 1s);
    CHECK(subject.check.due(t0 + 13s));

    subject.run(t0 + 13s, passed(2.0));
    state = subject.check.state(t0 + 14s);
    CHECK(state.healthy);
    CHECK(state.latencyMs.value() == 2.0);
}

TEST_CASE("check: `since` moves when the health changes, not when a result comes", "[health]") {
    Subject subject;
    subject.run(t0, passed());
    const auto healthySince = subject.check.state(t0).since;
    subject.run(t0 + 10s, passed());
    CHECK(subject.check.state(t0 + 10s).since == healthySince);
    subject.run(t0 + 20s, Result::failed("Connection refused"));
    CHECK(subject.check.state(t0 + 20s).since >= healthySince);
}

TEST_CASE("check: a run gets back the time in which the process stood still", "[health]") {
    Trace trace;
    auto impatient = policy("redis");
    impatient.timeout = milliseconds(400);
    const auto subject = check(impatient, trace, passing());
    const Clock::time_point start(std::chrono::hours(1));
    subject->start(start, 0);
    subject->pardon(milliseconds(1200));
    CHECK_FALSE(subject->expire(start + milliseconds(1300)));
    SECTION("and its result counts") {
        subject->finish(passed(), start + milliseconds(1350));
        CHECK(subject->state(start + milliseconds(1350)).healthy);
    }
    SECTION("and runs again when its checker saw the deadline pass meanwhile") {
        subject->finish(std::nullopt, start + milliseconds(1300));
        CHECK_FALSE(subject->state(start + milliseconds(1300)).everRan);
        REQUIRE(subject->due(start + milliseconds(1300)));
        subject->start(start + milliseconds(1300), 0);
        subject->finish(std::nullopt, start + milliseconds(1700)); // without a standstill this time
        CHECK(subject->state(start + milliseconds(1700)).error == "Timeout after 400ms");
    }
    SECTION("and is stuck when that time has passed as well") {
        CHECK(subject->expire(start + milliseconds(1600)));
        CHECK(subject->state(start + milliseconds(1600)).error == "Timeout after 400ms");
    }
}

} // namespace probehost::test
