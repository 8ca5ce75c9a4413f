// How results age, and how they go over to the next configuration.
#include <catch2/catch.hpp>

#include "health/check.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

const Clock::time_point t0(1h);

CheckPolicy policyOf(milliseconds staleAfter) {
    auto policy = test::policy("database");
    policy.maxAge = 1s;
    policy.staleAfter = staleAfter;
    return policy;
}

struct Subject {
    Trace trace;
    Check check;
    explicit Subject(const CheckPolicy& policy) : check(policy, std::make_unique<ScriptedChecker>(trace, passing())) {}
    // A run whose result comes at `at`.
    void result(Clock::time_point at, const Result& result) {
        check.start(at - 1ms, Reason::Schedule, 0);
        check.finish(result, at);
    }
};

} // namespace

TEST_CASE("stale: past stale_after a good result is no result any more", "[health]") {
    Subject subject(policyOf(30s));
    subject.result(t0, passed());
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
    const auto state = subject.check.state(t0 + age);
    CHECK(state.healthy == healthy);
    CHECK(state.error == error);
    CHECK(state.latencyMs.has_value() == healthy);
    CHECK(state.age.value() == age);
}

TEST_CASE("stale: past stale_after a bad result is as unknown as a good one", "[health]") {
    Subject subject(policyOf(30s));
    subject.result(t0, Result::failed("Connection refused"));
    CHECK(subject.check.state(t0 + 30s).error == "Connection refused");
    CHECK(subject.check.state(t0 + 47s).error == "No result for 47s");
}

TEST_CASE("stale: a warning goes with its result", "[health]") {
    Subject subject(policyOf(30s));
    subject.result(t0, warned("Throttled"));
    CHECK(subject.check.state(t0 + 30s).warning == "Throttled");
    CHECK(subject.check.state(t0 + 31s).warning.empty());
}

TEST_CASE("stale: a new result ends it", "[health]") {
    Subject subject(policyOf(30s));
    subject.result(t0, passed());
    subject.result(t0 + 60s, passed());
    CHECK(subject.check.state(t0 + 60s).healthy);
}

TEST_CASE("stale: the moment at which an answer changes by itself is known before", "[health]") {
    Subject subject(policyOf(30s));
    CHECK(subject.check.shownUntil(t0) == Clock::time_point::max());
    subject.result(t0, passed());
    for (auto now = t0; now < t0 + 40s; now += 250ms) {
        const auto until = subject.check.shownUntil(now);
        CAPTURE((now - t0).count());
        REQUIRE(until > now);
        REQUIRE(until <= now + 31s);
        REQUIRE(subject.check.state(now).error == subject.check.state(until - 1ns).error);
        REQUIRE(subject.check.state(now).error != subject.check.state(until).error);
    }
}

TEST_CASE("fresh: a result serves probes for max_age from when it came", "[health]") {
    Subject subject(policyOf(30s));
    subject.result(t0, passed());
    CHECK(subject.check.freshUntil() == t0 + 1s);
    subject.check.start(t0 + 10s, Reason::Probe, 0);
    CHECK(subject.check.freshUntil() == t0 + 1s);
    subject.check.finish(Result::failed("Connection refused"), t0 + 10500ms);
    CHECK(subject.check.freshUntil() == t0 + 11500ms);
}

TEST_CASE("fresh: once an overdue run is back, probes wait for the next again", "[health]") {
    Subject subject(policyOf(60s));
    subject.check.start(t0, Reason::Schedule, 0);
    subject.check.expire(t0 + 20s);
    CHECK(subject.check.freshUntil() == Clock::time_point::max());
    subject.check.finish(passed(), t0 + 25s);
    CHECK(subject.check.freshUntil() == t0 + 21s);
}

TEST_CASE("inherit: a namesake goes on from the results, under its own policy, and runs at once", "[health]") {
    Subject former(policyOf(30s));
    former.result(t0, Result::failed("Connection refused"));
    former.result(t0 + 10s, passed(3.0));

    auto policy = policyOf(5s);
    policy.critical = false;
    Subject next(policy);
    next.check.inherit(former.check);

    const auto state = next.check.state(t0 + 11s);
    CHECK(state.healthy);
    CHECK(state.everRan);
    CHECK(state.everPassed);
    CHECK(state.latencyMs.value() == 3.0);
    CHECK(state.age.value() == 1s);
    CHECK(state.runs == 2);
    CHECK(state.lastError == "Connection refused");
    CHECK_FALSE(state.critical);
    CHECK(state.since == former.check.state(t0 + 11s).since);
    CHECK(next.check.due(t0 + 11s));
    CHECK(next.check.state(t0 + 17s).error == "No result for 7s");
    CHECK(next.check.start(t0 + 11s, Reason::Schedule, 0).attempt == 3);
}

TEST_CASE("inherit: an overdue run stays with the former check", "[health]") {
    Subject former(policyOf(30s));
    former.check.start(t0, Reason::Schedule, 0);
    former.check.expire(t0 + 20s);
    Subject next(policyOf(30s));
    next.check.inherit(former.check);
    CHECK(next.check.idle());
    CHECK_FALSE(next.check.state(t0 + 21s).stuckFor);
    CHECK(next.check.state(t0 + 21s).error == "Timeout after 20000ms");
}

} // namespace probehost::test
