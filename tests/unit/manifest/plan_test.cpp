// The numbers for an orchestrator's probes: the usual ones, and how a configuration moves them.
#include "manifest/probe_plan.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

using namespace std::chrono_literals;
using Catch::Contains;

namespace {

CheckEntry checkOn(Probe probe, const std::string& name) {
    CheckEntry entry;
    entry.policy.name = name;
    entry.policy.probes.add(probe);
    return entry;
}

Plan kubernetes(const Settings& settings, milliseconds startup = 5min) {
    return planProbes(settings, Platform::Kubernetes, {startup, ""});
}

Plan containerApps(const Settings& settings, milliseconds startup = 5min) {
    return planProbes(settings, Platform::ContainerApps, {startup, ""});
}

} // namespace

TEST_CASE("the defaults are the numbers that people start from", "[manifest]") {
    const auto plan = kubernetes({});
    CHECK(plan.port == 8000);
    CHECK(plan.grace.value == 30);
    CHECK(plan.started.period.value == 10);
    CHECK(plan.started.failures.value == 30);
    CHECK(plan.live.period.value == 10);
    CHECK(plan.live.failures.value == 3);
    CHECK(plan.ready.period.value == 15);
    CHECK(plan.ready.failures.value == 2);
    REQUIRE(plan.ready.successes);
    CHECK(plan.ready.successes->value == 1);
    CHECK(plan.ready.timeout.value == 2);
    CHECK(plan.live.timeout.value == 1);
}

TEST_CASE("Container Apps get the same start-up in ten failures", "[manifest]") {
    const auto [asked, period, failures] = GENERATE(table<milliseconds, int, int>(
        {{5min, 30, 10}, {1s, 10, 1}, {30s, 10, 3}, {95s, 10, 10}, {101s, 11, 10}, {10min, 60, 10}, {40min, 240, 10}}));
    const auto plan = containerApps({}, asked);
    CAPTURE(asked.count());
    CHECK(plan.started.period.value == period);
    CHECK(plan.started.failures.value == failures);
    CHECK(plan.started.period.value * plan.started.failures.value * 1s >= asked);
    CHECK(longestStartup(Platform::ContainerApps) == 40min);
}

TEST_CASE("a start takes as long as was asked, in whole periods", "[manifest]") {
    const auto [asked, failures] =
        GENERATE(table<milliseconds, int>({{1s, 1}, {10s, 1}, {10001ms, 2}, {90s, 9}, {1h, 360}, {24h, 8640}}));
    CHECK(kubernetes({}, asked).started.failures.value == failures);
}

TEST_CASE("readiness has time for wait and more, and its period for both", "[manifest]") {
    const auto [wait, timeout, period] = GENERATE(table<milliseconds, int, int>(
        {{0ms, 1, 15}, {450ms, 1, 15}, {451ms, 2, 15}, {1s, 2, 15}, {3s, 4, 15}, {14s, 15, 15}, {1min, 61, 61}}));
    Settings settings;
    settings.server.wait = wait;
    const auto plan = containerApps(settings);
    CAPTURE(wait.count());
    CHECK(plan.ready.timeout.value == timeout);
    CHECK(plan.ready.period.value == period);
    CHECK(plan.live.timeout.value == 1);
}

TEST_CASE("the end has time for the drain", "[manifest]") {
    const auto [delay, grace] =
        GENERATE(table<milliseconds, int>({{0ms, 30}, {20s, 30}, {20001ms, 31}, {25s, 35}, {1h, 3610}}));
    Settings settings;
    settings.server.drainDelay = delay;
    CHECK(kubernetes(settings).grace.value == grace);
}

TEST_CASE("the slowest critical check says how late a fault shows", "[manifest]") {
    Settings settings;
    settings.checks = {checkOn(Probe::Ready, "quick"), checkOn(Probe::Ready, "slow"), checkOn(Probe::Ready, "optional"),
                       checkOn(Probe::Started, "model")};
    settings.checks[1].policy.interval = 30s;
    settings.checks[1].policy.timeout = 4s;
    settings.checks[2].policy.interval = 1h;
    settings.checks[2].policy.critical = false;
    CHECK_THAT(kubernetes(settings).ready.failures.reason,
               Contains("at most 67s after a fault") && Contains("slow being the slowest") && Contains("(37s)"));
    CHECK_THAT(kubernetes(settings).started.failures.reason, Contains("waits for model"));
    settings.checks[0].policy.failureThreshold = 10;
    CHECK_THAT(kubernetes(settings).ready.failures.reason, Contains("quick being the slowest") && Contains("(130s)"));
}

TEST_CASE("a check without an interval runs as often as it is asked", "[manifest]") {
    Settings settings;
    settings.checks = {checkOn(Probe::Live, "beat")};
    settings.checks[0].policy.interval = 0ms;
    settings.checks[0].policy.timeout = 1s;
    CHECK_THAT(kubernetes(settings).live.failures.reason, Contains("at most 41s after a fault"));
}

TEST_CASE("the port is that of the first address that is reached from outside", "[manifest]") {
    Settings settings;
    settings.server.listen = {{"127.0.0.1", 7000}, {"::1", 7001}, {"::", 7002}, {"0.0.0.0", 7003}};
    CHECK(kubernetes(settings).port == 7002);
}

TEST_CASE("what nobody could probe is refused in words", "[manifest]") {
    Settings settings;
    settings.server.listen = {{"127.0.0.1", 8000}};
    CHECK_THROWS_WITH(kubernetes(settings),
                      Contains("server.listen") && Contains("127.0.0.1:8000") && Contains("0.0.0.0"));
    settings.server.listen = {{"0.0.0.0", 0}};
    CHECK_THROWS_WITH(containerApps(settings), Contains("port 0"));
}

} // namespace probehost::test
