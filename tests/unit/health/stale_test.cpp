// How results age, and how they go over to the next configuration.
#include <catch2/catch.hpp>

#include "health/check.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point start(1h);

CheckPolicy policyOf(milliseconds staleAfter) {
    auto policy = test::policy("database");
    policy.maxAge = 1s;
    policy.staleAfter = staleAfter;
    return policy;
}

struct StaleSubject {
    Trace trace;
    Check check;
    explicit StaleSubject(const CheckPolicy& policy)
        : check(policy, std::make_unique<ScriptedChecker>(trace, passing())) {}
    // A run whose result comes at `at`.
    void result(Clock::time_point at, const Result& result) {
        check.start(at - 1ms, 0);
        check.finish(result, at);
    }
};

} // namespace

TEST_CASE("stale: past stale_after a good result is no result any more", "[health]") {
    StaleSubject subject(policyOf(30s));
    subject.result(start, passed());
    auto [age, healthy, error] = GENERATE(table<milliseconds, bool, std::string>({
        {0ms, true, ""},
        {30s, true, ""},
        {30001ms, false, "No result for 30s"},
        {47s, false, "No result for 47s"},
        {47999ms, false, "No result for 47s"},
        {48s, false, "No result for 48s"},
        {3600s, false, "No result for 3600s"},
    }));
    CAPTURE(age.count());
    const auto state = subject.check.state(start + age);
    CHECK(state.healthy == healthy);
    CHECK(state.error == error);
    CHECK(state.latencyMs.has_value() == healthy);
    CHECK(state.age.value() == age);
}

TEST_CASE("stale: past stale_after a bad result is as unknown as a good one", "[health]") {
    StaleSubject subject(policyOf(30s));
    subject.result(start, Result::failed("Connection refused"));
    CHECK(subject.check.state(start + 30s).error == "Connection refused");
    CHECK(subject.check.state(start + 47s).error == "No result for 47s");
}

TEST_CASE("stale: a warning goes with its result", "[health]") {
    StaleSubject subject(policyOf(30s));
    subject.result(start, warned("Throttled"));
    CHECK(subject.check.state(start + 30s).warning == "Throttled");
    CHECK(subject.check.state(start + 31s).warning.empty());
}

TEST_CASE("stale: a new result ends it", "[health]") {
    StaleSubject subject(policyOf(30s));
    subject.result(start, passed());
    subject.result(start + 60s, passed());
    CHECK(subject.check.state(start + 60s).healthy);
}

TEST_CASE("stale: the moment at which an answer changes by itself is known before", "[health]") {
    StaleSubject subject(policyOf(30s));
    CHECK(subject.check.shownUntil(start) == Clock::time_point::max());
    subject.result(start, passed());
    for (auto now = start; now < start + 40s; now += 250ms) {
        const auto until = subject.check.shownUntil(now);
        CAPTURE((now - start).count());
        REQUIRE(until > now);
        REQUIRE(until <= now + 31s);
        REQUIRE(subject.check.state(now).error == subject.check.state(until - 1ns).error);
        REQUIRE(subject.check.state(now).error != subject.check.state(until).error);
    }
}

TEST_CASE("stale: how long a run has been stuck is shown anew every minute", "[health]") {
    StaleSubject subject(policyOf(24h));
    subject.check.start(start, 0);
    const auto deadline = subject.check.nextEvent();
    subject.check.expire(deadline);
    CHECK_FALSE(subject.check.stuckFor(deadline));
    CHECK(subject.check.shownUntil(deadline) == deadline + 500ms);
    for (auto minute = 0min; minute < 10min; minute++) {
        CHECK(subject.check.stuckFor(deadline + minute + 1s) == minute + 1s);
        CHECK(subject.check.shownUntil(deadline + minute + 1s) == deadline + minute + 1min);
    }
}

TEST_CASE("fresh: a result serves probes for max_age from when it came", "[health]") {
    StaleSubject subject(policyOf(30s));
    subject.result(start, passed());
    CHECK(subject.check.freshUntil() == start + 1s);
    subject.check.start(start + 10s, 0);
    CHECK(subject.check.freshUntil() == start + 1s);
    subject.check.finish(Result::failed("Connection refused"), start + 10500ms);
    CHECK(subject.check.freshUntil() == start + 11500ms);
}

TEST_CASE("fresh: once an overdue run is back, probes wait for the next again", "[health]") {
    StaleSubject subject(policyOf(60s));
    subject.check.start(start, 0);
    subject.check.expire(start + 20s);
    CHECK(subject.check.freshUntil() == Clock::time_point::max());
    subject.check.finish(passed(), start + 25s);
    CHECK(subject.check.freshUntil() == start + 21s);
}

TEST_CASE("inherit: a namesake goes on from the results, under its own policy, and runs at once", "[health]") {
    StaleSubject former(policyOf(30s));
    former.result(start, Result::failed("Connection refused"));
    former.result(start + 10s, passed(3.0));

    auto policy = policyOf(5s);
    policy.critical = false;
    StaleSubject next(policy);
    next.check.inherit(former.check);

    const auto state = next.check.state(start + 11s);
    CHECK(state.healthy);
    CHECK(state.everRan);
    CHECK(state.everPassed);
    CHECK(state.latencyMs.value() == 3.0);
    CHECK(state.age.value() == 1s);
    CHECK(state.runs == 2);
    CHECK(state.lastError == "Connection refused");
    CHECK_FALSE(state.critical);
    CHECK(state.since == former.check.state(start + 11s).since);
    CHECK(next.check.due(start + 11s));
    CHECK(next.check.state(start + 17s).error == "No result for 7s");
    CHECK(next.check.request(start + 11s, Reason::Schedule).attempt == 3);
}

TEST_CASE("inherit: an overdue run stays with the former check", "[health]") {
    StaleSubject former(policyOf(30s));
    former.check.start(start, 0);
    former.check.expire(start + 20s);
    StaleSubject next(policyOf(30s));
    next.check.inherit(former.check);
    CHECK(next.check.idle());
    CHECK_FALSE(next.check.state(start + 21s).stuckFor);
    CHECK(next.check.state(start + 21s).error == "Timeout after 20000ms");
}

} // namespace probehost::test
