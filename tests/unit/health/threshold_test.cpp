// How many results in a row it takes to change a check's mind.
#include <catch2/catch.hpp>

#include "health/check.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

// 'p' passes, 'w' warns, 'f' fails, 't' times out; gives 'h' or 'u' after each: healthy or unhealthy.
std::string course(int failures, int successes, const std::string& results) {
    auto policy = test::policy("database");
    policy.timeout = 2s;
    policy.failureThreshold = failures;
    policy.successThreshold = successes;
    Trace trace;
    Check check(policy, std::make_unique<ScriptedChecker>(trace, passing()));
    Clock::time_point now(1h);
    std::string states;
    for (const char result : results) {
        check.start(now, 0);
        now += 1s;
        if (result == 'p') check.finish(passed(), now);
        if (result == 'w') check.finish(warned("Throttled"), now);
        if (result == 'f') check.finish(Result::failed("Connection refused"), now);
        if (result == 't') check.finish(std::nullopt, now);
        states += check.state(now).healthy ? 'h' : 'u';
    }
    return states;
}

} // namespace

TEST_CASE("thresholds: so many failures or successes in a row change the state, and no fewer", "[health]") {
    auto [failures, successes, results, states] = GENERATE(table<int, int, std::string, std::string>({
        {1, 1, "pfpf", "huhu"},
        {3, 1, "pffpfffp", "hhhhhhuh"},
        {3, 1, "pftf", "hhhu"},
        {1, 3, "pfppp", "huuuh"},
        {1, 3, "pfppfppp", "huuuuuuh"},
        {2, 2, "pffpp", "hhuuh"},
        {2, 2, "pfpfpf", "hhhhhh"},
        {1, 2, "wfww", "huuh"},
    }));
    CAPTURE(failures, successes, results);
    CHECK(course(failures, successes, results) == states);
}

TEST_CASE("thresholds: the very first success counts at once, also after failures", "[health]") {
    CHECK(course(1, 3, "p") == "h");
    CHECK(course(3, 3, "fffp") == "uuuh");
    CHECK(course(3, 3, "fp") == "uh");
}

TEST_CASE("thresholds: a failure that does not count yet shows the last good result", "[health]") {
    auto policy = test::policy("database");
    policy.failureThreshold = 2;
    Trace trace;
    Check check(policy, std::make_unique<ScriptedChecker>(trace, passing()));
    const Clock::time_point t0(1h);
    check.start(t0, 0);
    check.finish(passed(3.0), t0 + 1s);
    check.start(t0 + 2s, 0);
    check.finish(Result::failed("Connection refused"), t0 + 3s);

    auto state = check.state(t0 + 3s);
    CHECK(state.healthy);
    CHECK(state.error.empty());
    CHECK(state.latencyMs.value() == 3.0);
    CHECK(state.consecutiveFailures == 1);
    CHECK(state.lastError == "Connection refused");
}

TEST_CASE("thresholds: a success that does not count yet shows the last error", "[health]") {
    auto policy = test::policy("database");
    policy.successThreshold = 2;
    Trace trace;
    Check check(policy, std::make_unique<ScriptedChecker>(trace, passing()));
    Clock::time_point now(1h);
    for (const auto& result : {passed(), Result::failed("Connection refused"), passed()}) {
        check.start(now, 0);
        check.finish(result, now += 1s);
    }
    CHECK_FALSE(check.state(now).healthy);
    CHECK(check.state(now).error == "Connection refused");
    CHECK(check.state(now).consecutiveFailures == 0);
}

} // namespace probehost::test
