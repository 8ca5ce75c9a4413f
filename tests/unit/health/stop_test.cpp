// The end comes in time, and until then the host shows that it lives.
#include <array>
#include <catch2/catch.hpp>
#include <thread>

#include "health/scheduler.hpp"
#include "record.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

TEST_CASE("stop: cancels the runs under way and waits for them", "[health]") {
    Record record;
    std::array<Trace, 3> traces;
    Meeting entered(4);
    Scheduler::Checks checks;
    for (auto& trace : traces) {
        checks.push_back(check(policy("database " + std::to_string(checks.size())), trace, [&](int) {
            entered.join();
            trace.cancelled.pass();
            return std::nullopt;
        }));
    }
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    REQUIRE(entered.join());
    const auto start = Clock::now();
    CHECK(scheduler.stop(patience));
    CHECK(Clock::now() - start < patience / 2);
    for (const auto& trace : traces) CHECK(trace.side == 0);
}

TEST_CASE("stop: says so when a run ignores it, and does not wait for it", "[health]") {
    Record record;
    Trace trace;
    Gate entered;
    Gate gate;
    Scheduler::Checks checks;
    checks.push_back(check(policy("database"), trace, [&](int) {
        entered.open();
        gate.pass();
        return passed();
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    REQUIRE(entered.pass());
    const auto start = Clock::now();
    CHECK_FALSE(scheduler.stop(10ms));
    CHECK(Clock::now() - start < patience / 2);
    gate.open();
}

TEST_CASE("stop: nothing is told, run or waited for afterwards", "[health]") {
    Record record;
    Trace trace;
    Scheduler::Checks checks;
    checks.push_back(check(policy("database"), trace, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first("database", [](const CheckState& state) { return state.everRan; });
    REQUIRE(scheduler.stop(patience));
    const auto told = record.all().size();
    scheduler.refresh(Probe::Ready);
    scheduler.drain(true);
    scheduler.replace({});
    CHECK(scheduler.stop(0ms));
    CHECK(record.all().size() == told);
    CHECK(trace.runs == 1);
}

TEST_CASE("stop: a scheduler that never started, or is only destroyed, ends as well", "[health]") {
    Record record;
    Trace trace;
    { const Scheduler never({}, record); }
    {
        Gate entered;
        Scheduler::Checks checks;
        checks.push_back(check(policy("database"), trace, [&](int) {
            entered.open();
            trace.cancelled.pass();
            return passed();
        }));
        Scheduler scheduler(std::move(checks), record);
        scheduler.start();
        REQUIRE(entered.pass());
    }
    CHECK(trace.destroyed);
    CHECK(trace.side == 0);
}

TEST_CASE("beat: goes on while every check hangs", "[health]") {
    Record record;
    std::array<Trace, 3> traces;
    Gate gate;
    Scheduler::Checks checks;
    for (auto& trace : traces) {
        auto hanging = policy("database " + std::to_string(checks.size()));
        hanging.timeout = 10ms;
        checks.push_back(check(hanging, trace, [&](int) {
            gate.pass();
            return passed();
        }));
    }
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first([](const Report& report) {
        return std::ranges::all_of(report.checks, [](auto& state) { return state.stuckFor.has_value(); });
    });
    for (int i = 0; i < 3; i++) {
        const auto before = scheduler.beat().load();
        const auto start = Clock::now();
        while (scheduler.beat() == before && Clock::now() - start < patience) std::this_thread::yield();
        CHECK(scheduler.beat() > before);
        CHECK(Clock::now() - start < 2s);
    }
    gate.open();
    CHECK(scheduler.stop(patience));
}

} // namespace probehost::test
