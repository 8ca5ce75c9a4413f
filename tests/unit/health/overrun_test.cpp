// A run that ignores its deadline is reported in time, holds up nobody, and leaves nothing behind.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "health/scheduler.hpp"
#include "record.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

CheckPolicy impatient(const std::string& name, milliseconds timeout) {
    auto policy = test::policy(name);
    policy.timeout = timeout;
    policy.interval = 1ms;
    return policy;
}

bool stuck(const CheckState& state) { return state.stuckFor.has_value(); }

long threads() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
}

} // namespace

TEST_CASE("overrun: it is reported at the deadline, cancelled, and told", "[health]") {
    Record record;
    Trace trace;
    Gate gate;
    Scheduler::Checks checks;
    checks.push_back(check(impatient("redis", 100ms), trace, [&](int) {
        gate.pass();
        return passed();
    }));
    Scheduler scheduler(std::move(checks), record);
    const auto start = Clock::now();
    scheduler.start();
    const auto told = record.first("redis", stuck);
    CHECK(told.at - start < 100ms + 1s);
    CHECK(of(told.report, "redis").error == "Timeout after 100ms");
    CHECK(trace.cancelled.pass());
    CHECK(record.changes() == std::vector<std::string>{"redis unhealthy", "redis stuck"});
    gate.open();
    CHECK(scheduler.stop(patience));
}

TEST_CASE("overrun: one that comes back empty-handed at its cancel is a plain timeout", "[health]") {
    Record record;
    Trace trace;
    Scheduler::Checks checks;
    checks.push_back(check(impatient("redis", 50ms), trace, [&](int) {
        trace.cancelled.pass();
        return std::nullopt;
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    const auto timedOut = [](const CheckState& state) { return state.consecutiveFailures >= 1 && !state.stuckFor; };
    CHECK(of(record.first("redis", timedOut).report, "redis").error == "Timeout after 50ms");
    CHECK(scheduler.stop(patience));
}

TEST_CASE("overrun: the others go on, and it is not started again meanwhile, even when asked for", "[health]") {
    Record record;
    Trace stuckTrace;
    std::array<Trace, 3> others;
    Gate gate;
    Scheduler::Checks checks;
    auto always = impatient("redis", 20ms);
    always.maxAge = 0ms;
    checks.push_back(check(always, stuckTrace, [&](int) {
        gate.pass();
        return passed();
    }));
    for (auto& other : others)
        checks.push_back(check(impatient("other " + std::to_string(checks.size()), 20s), other, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first("redis", stuck);
    const auto before = others[2].runs.load();
    for (int i = 0; i < 100; i++) scheduler.refresh(Probe::Ready);
    record.first([&](const Report& report) { return report.checks[3].runs > static_cast<uint64_t>(before) + 20; });
    CHECK(stuckTrace.runs == 1);
    for (const auto& told : record.all()) {
        for (const auto& state : told.report.checks) CHECK(state.error != "No check thread free");
    }
    gate.open();
    CHECK(scheduler.stop(patience));
}

TEST_CASE("overrun: its late result is never shown, and the check is healthy again by itself", "[health]") {
    Record record;
    Trace trace;
    Gate gate;
    auto once = impatient("redis", 50ms);
    once.interval = GENERATE(milliseconds(0), milliseconds(20ms), milliseconds(1h));
    Scheduler::Checks checks;
    checks.push_back(check(once, trace, [&](int run) {
        if (run == 1) gate.pass();
        return passed(run == 1 ? 99.0 : 2.0);
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first("redis", stuck);
    gate.open();
    const auto well = record.first("redis", [](const CheckState& state) { return state.healthy; });
    CHECK(of(well.report, "redis").latencyMs.value() == 2.0);
    CHECK_FALSE(of(well.report, "redis").stuckFor);
    CHECK(of(well.report, "redis").consecutiveFailures == 0);
    for (const auto& told : record.all()) CHECK(of(told.report, "redis").latencyMs.value_or(0) != 99.0);
    CHECK(scheduler.stop(patience));
}

TEST_CASE("overrun: every check but one may hang", "[health]") {
    Record record;
    std::array<Trace, 10> traces;
    Trace well;
    Gate gate;
    Scheduler::Checks checks;
    for (auto& trace : traces) {
        checks.push_back(check(impatient("hangs " + std::to_string(checks.size()), 20ms), trace, [&](int) {
            gate.pass();
            return passed();
        }));
    }
    checks.push_back(check(impatient("well", 20s), well, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first([](const Report& report) { return std::ranges::count_if(report.checks, stuck) == 10; });
    const auto runs = static_cast<uint64_t>(well.runs.load());
    record.first("well", [&](const CheckState& state) { return state.runs > runs + 20 && state.healthy; });
    gate.open();
    record.first([](const Report& report) { return std::ranges::all_of(report.checks, &CheckState::healthy); });
    CHECK(scheduler.stop(patience));
}

TEST_CASE("overrun: ten thousand of them leave no thread behind", "[health]") {
    constexpr int side = 20;
    constexpr uint64_t runs = 10000 / side;
    Record record;
    std::array<Trace, side> traces;
    Scheduler::Checks checks;
    for (auto& trace : traces) {
        checks.push_back(check(impatient("slow " + std::to_string(checks.size()), 1ms), trace, [&](int) {
            std::this_thread::sleep_for(2ms);
            return passed();
        }));
    }
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    const auto failedTimes = [](uint64_t times) {
        return [times](const Report& report) {
            return std::ranges::all_of(report.checks,
                                       [times](auto& state) { return state.consecutiveFailures >= times; });
        };
    };
    record.first(failedTimes(runs));
    CHECK(threads() <= 2 * side + 10);
    const auto last = record.all().back().report;
    for (const auto& state : last.checks) CHECK(state.error == "Timeout after 1ms");
    CHECK(scheduler.stop(patience));
}

} // namespace probehost::test
