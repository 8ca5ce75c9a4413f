// Runs start side by side, one at a time per check, and only for results that are too old.
#include "health/scheduler.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "record.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

bool allRan(const Report& report) { return std::ranges::all_of(report.checks, &CheckState::everRan); }
bool draining(const Report& report) { return report.draining; }

} // namespace

TEST_CASE("scheduler: without checks it is ready and started", "[health]") {
    Record record;
    Scheduler scheduler({}, record);
    scheduler.start();
    const auto told = record.first([](const Report&) { return true; });
    CHECK(told.report.checks.empty());
    CHECK(told.report.started);
    CHECK(told.report.ready() == Verdict::Passing);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: all checks run at the same time", "[health]") {
    constexpr int count = 12;
    Record record;
    std::array<Trace, count> traces;
    Meeting meeting(count);
    Scheduler::Checks checks;
    for (auto& trace : traces) {
        checks.push_back(check(policy("one of many " + std::to_string(checks.size())), trace, [&](int) {
            return meeting.join() ? passed() : Result::failed("the others are not running");
        }));
    }
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    const auto told = record.first(allRan);
    CHECK(told.report.ready() == Verdict::Passing);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: sleeping checks take together as long as one", "[health]") {
    constexpr int count = 10;
    constexpr auto nap = 300ms;
    Record record;
    std::array<Trace, count> traces;
    Scheduler::Checks checks;
    for (auto& trace : traces) {
        checks.push_back(check(policy("one of many " + std::to_string(checks.size())), trace, [&](int) {
            std::this_thread::sleep_for(nap);
            return passed();
        }));
    }
    Scheduler scheduler(std::move(checks), record);
    const auto start = Clock::now();
    scheduler.start();
    record.first(allRan);
    CHECK(Clock::now() - start < nap * count / 2);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: results come in the order of the configuration", "[health]") {
    Record record;
    std::array<Trace, 3> traces;
    Gate gate;
    Scheduler::Checks checks;
    checks.push_back(check(policy("z"), traces[0], [&](int) {
        gate.pass();
        return passed();
    }));
    checks.push_back(check(policy("a"), traces[1], [&](int) {
        gate.open();
        return passed();
    }));
    checks.push_back(check(policy("m"), traces[2], passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    const auto told = record.first(allRan);
    CHECK(told.report.checks[0].name == "z");
    CHECK(told.report.checks[1].name == "a");
    CHECK(told.report.checks[2].name == "m");
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: a thousand probes cause one run", "[health]") {
    Record record;
    Trace trace;
    Gate gate;
    auto always = policy("database");
    always.maxAge = 0ms;
    Scheduler::Checks checks;
    checks.push_back(check(always, trace, [&](int run) {
        if (run == 2) gate.pass();
        return passed(run);
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first(allRan);
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; i++) {
        clients.emplace_back([&] {
            for (int j = 0; j < 250; j++) scheduler.refresh(Probe::Ready);
        });
    }
    for (auto& client : clients) client.join();
    scheduler.drain(true);
    record.first(draining); // so all these refreshes have been dealt with
    gate.open();
    record.first("database", [](const CheckState& state) { return state.latencyMs == 2.0; });
    CHECK(trace.runs == 2);
    CHECK(trace.mostSide == 1);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: a probe runs what is too old for it, and nothing else", "[health]") {
    Record record;
    std::array<Trace, 4> traces;
    auto fresh = policy("fresh");
    auto old = policy("old");
    auto oldElsewhere = policy("old elsewhere");
    auto oldOnBoth = policy("old on both");
    for (auto* each : {&old, &oldElsewhere, &oldOnBoth}) each->maxAge = 0ms;
    oldElsewhere.probes = ProbeSet(1);
    oldOnBoth.probes.add(Probe::Live);
    Scheduler::Checks checks;
    int i = 0;
    for (const auto& each : {fresh, old, oldElsewhere, oldOnBoth})
        checks.push_back(check(each, traces[i++], passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first(allRan);
    scheduler.refresh(Probe::Ready);
    record.first(
        [](const Report& report) { return of(report, "old").runs == 2 && of(report, "old on both").runs == 2; });
    scheduler.drain(true);
    const auto told = record.first(draining);
    CHECK(of(told.report, "fresh").runs == 1);
    CHECK(of(told.report, "old").runs == 2);
    CHECK(of(told.report, "old elsewhere").runs == 1);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: a probe is answered also when nothing has to run", "[health]") {
    Record record;
    Trace trace;
    Scheduler::Checks checks;
    checks.push_back(check(policy("database"), trace, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    const auto ran = record.first(allRan);
    scheduler.refresh(Probe::Ready);
    const auto answered = record.first(
        [&, seen = false](const Report& report) mutable { return allRan(report) && std::exchange(seen, true); });
    CHECK(answered.at > ran.at);
    CHECK(trace.runs == 1);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: tells until when its report serves the ready probe", "[health]") {
    Record record;
    std::array<Trace, 3> traces;
    Gate gate;
    auto sooner = policy("sooner");
    sooner.maxAge = std::chrono::minutes(1);
    auto elsewhere = policy("elsewhere");
    elsewhere.probes = ProbeSet(4);
    elsewhere.maxAge = 0ms;
    Scheduler::Checks checks;
    checks.push_back(check(policy("later"), traces[0], passing()));
    checks.push_back(check(sooner, traces[1], [&](int) {
        gate.pass();
        return passed();
    }));
    checks.push_back(check(elsewhere, traces[2], passing()));
    Scheduler scheduler(std::move(checks), record);
    const auto start = Clock::now();
    scheduler.start();
    const auto waiting = record.first([](const Report& report) { return of(report, "later").everRan; });
    CHECK(waiting.readyFreshUntil < start);
    gate.open();
    const auto told = record.first(allRan);
    CHECK(told.readyFreshUntil > start + 59s);
    CHECK(told.readyFreshUntil <= told.at + 60s);
    scheduler.drain(true);
    CHECK(record.first(draining).readyFreshUntil == Clock::time_point::max());
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: runs again by itself every interval", "[health]") {
    Record record;
    Trace trace;
    auto often = policy("database");
    often.interval = 5ms;
    Scheduler::Checks checks;
    checks.push_back(check(often, trace, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first("database", [](const CheckState& state) { return state.runs >= 20; });
    CHECK(trace.mostSide == 1);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: a result that goes stale is told without any run", "[health]") {
    Record record;
    Trace trace;
    auto short_ = policy("database");
    short_.staleAfter = 20ms;
    Scheduler::Checks checks;
    checks.push_back(check(short_, trace, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first("database", [](const CheckState& state) { return state.error == "No result for 0s"; });
    record.first("database", [](const CheckState& state) { return state.error == "No result for 1s"; });
    CHECK(trace.runs == 1);
    CHECK(record.changes() == std::vector<std::string>{"database healthy", "database unhealthy"});
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: tells each change once", "[health]") {
    Record record;
    Trace trace;
    auto always = policy("database");
    always.interval = 1ms;
    Scheduler::Checks checks;
    checks.push_back(check(always, trace, [&](int run) {
        if (run <= 3) return passed();
        if (run <= 6) return Result::failed("Connection refused");
        return run <= 9 ? warned("Throttled") : passed();
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first("database", [](const CheckState& state) { return state.runs >= 12 && state.healthy; });
    CHECK(record.changes() == std::vector<std::string>{"database healthy", "database unhealthy",
                                                       "database healthy warning:Throttled", "database warning:"});
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: started is a latch", "[health]") {
    Record record;
    Trace trace;
    Gate gate;
    auto startup = policy("model");
    startup.probes = ProbeSet(4);
    startup.interval = 1ms;
    Scheduler::Checks checks;
    checks.push_back(check(startup, trace, [&](int run) {
        if (run == 1) gate.pass();
        return run == 2 ? passed() : Result::failed("Embedding model not loaded");
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    CHECK_FALSE(record.first([](const Report&) { return true; }).report.started);
    gate.open();
    CHECK_FALSE(record.first("model", [](const CheckState& state) { return state.everRan; }).report.started);
    CHECK(record.first("model", [](const CheckState& state) { return state.healthy; }).report.started);
    const auto failing = [](const CheckState& state) { return state.runs > 2 && !state.healthy && state.everPassed; };
    CHECK(record.first("model", failing).report.started);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("scheduler: a drain begins and ends with a report", "[health]") {
    Record record;
    Trace trace;
    Scheduler::Checks checks;
    checks.push_back(check(policy("database"), trace, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first(allRan);
    scheduler.drain(true);
    CHECK(record.first(draining).report.ready() == Verdict::Failing);
    scheduler.drain(false);
    const auto resumed = [seen = false](const Report& report) mutable {
        seen = seen || report.draining;
        return seen && !report.draining;
    };
    CHECK(record.first(resumed).report.ready() == Verdict::Passing);
    CHECK(scheduler.stop(1s));
}

} // namespace probehost::test
