// How checks become the verdicts of the three probes.
#include "health/report.hpp"

#include <catch2/catch.hpp>

#include "health/probe.hpp"

namespace probehost::test {

namespace {

CheckState on(Probe probe) {
    CheckState state;
    state.name = "database";
    state.probes.add(probe);
    state.everRan = true;
    return state;
}

// H healthy, h healthy and not critical, U unhealthy, u unhealthy and not critical, W and w healthy with a warning,
// N and n without a result.
Report reportOf(Probe probe, const std::string& letters) {
    Report report;
    for (const char letter : letters) {
        auto state = on(probe);
        const auto lower = static_cast<char>(letter | 0x20);
        state.critical = letter != lower;
        state.healthy = lower == 'h' || lower == 'w';
        state.everPassed = state.healthy;
        if (lower == 'w') state.warning = "Throttled";
        if (lower == 'n') state.everRan = false;
        report.checks.push_back(state);
    }
    return report;
}

} // namespace

TEST_CASE("report: readiness is decided by the worst check on the ready probe", "[health]") {
    auto [checks, verdict] = GENERATE(table<std::string, Verdict>({
        {"", Verdict::Passing},
        {"H", Verdict::Passing},
        {"Hh", Verdict::Passing},
        {"HHU", Verdict::Failing},
        {"UH", Verdict::Failing},
        {"Hu", Verdict::Degraded},
        {"u", Verdict::Degraded},
        {"HW", Verdict::Degraded},
        {"Hw", Verdict::Degraded},
        {"WU", Verdict::Failing},
        {"uU", Verdict::Failing},
        {"N", Verdict::Failing},
        {"Hn", Verdict::Degraded},
    }));
    CAPTURE(checks);
    const auto report = reportOf(Probe::Ready, checks);
    CHECK(report.ready() == verdict);
    CHECK(report.verdict(Probe::Ready) == verdict);
    CHECK(report.live() == Verdict::Passing);
}

TEST_CASE("report: a drain under way makes it not ready, and nothing else", "[health]") {
    auto report = reportOf(Probe::Ready, "HHW");
    report.draining = true;
    report.started = true;
    CHECK(report.ready() == Verdict::Failing);
    CHECK(report.verdict(Probe::Live) == Verdict::Passing);
    CHECK(report.verdict(Probe::Started) == Verdict::Passing);
}

TEST_CASE("report: checks that are not yet created make it not ready, and nothing else", "[health]") {
    auto report = reportOf(Probe::Ready, "");
    report.created = false;
    CHECK(report.ready() == Verdict::Failing);
    CHECK(report.verdict(Probe::Live) == Verdict::Passing);
    CHECK(report.verdict(Probe::Started) == Verdict::Failing);
}

TEST_CASE("report: liveness fails by the result of a critical check on live, and by nothing else", "[health]") {
    auto [checks, verdict] = GENERATE(table<std::string, Verdict>({
        {"", Verdict::Passing},
        {"H", Verdict::Passing},
        {"W", Verdict::Passing},
        {"N", Verdict::Passing},
        {"HN", Verdict::Passing},
        {"u", Verdict::Passing},
        {"HU", Verdict::Failing},
        {"NU", Verdict::Failing},
    }));
    CAPTURE(checks);
    const auto report = reportOf(Probe::Live, checks);
    CHECK(report.live() == verdict);
    CHECK(report.verdict(Probe::Live) == verdict);
    CHECK(report.ready() == Verdict::Passing);
}

TEST_CASE("report: the started probe says what the latch says", "[health]") {
    auto report = reportOf(Probe::Started, "U");
    CHECK(report.verdict(Probe::Started) == Verdict::Failing);
    report.started = true;
    CHECK(report.verdict(Probe::Started) == Verdict::Passing);
}

TEST_CASE("report: started needs every check on the started probe to have passed once, and no other", "[health]") {
    CHECK(allStarted({}));
    CHECK(allStarted(reportOf(Probe::Ready, "UN").checks));
    CHECK(allStarted(reportOf(Probe::Started, "Hw").checks));
    CHECK_FALSE(allStarted(reportOf(Probe::Started, "HN").checks));
    CHECK_FALSE(allStarted(reportOf(Probe::Started, "Hu").checks));
    auto once = on(Probe::Started);
    once.everPassed = true; // and is unhealthy now
    CHECK(allStarted({once}));
}

TEST_CASE("probe set: holds what was added, and reads the bits of the plugin ABI", "[health]") {
    ProbeSet probes;
    CHECK(probes.empty());
    probes.add(Probe::Started);
    CHECK(probes.has(Probe::Started));
    CHECK_FALSE(probes.has(Probe::Ready));
    CHECK_FALSE(ProbeSet(8).has(Probe::Live));
    CHECK(ProbeSet(8).empty());
    CHECK(ProbeSet(1).has(Probe::Live));
    CHECK(ProbeSet(2).has(Probe::Ready));
    CHECK(ProbeSet(4).has(Probe::Started));
}

} // namespace probehost::test
