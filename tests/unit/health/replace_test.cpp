// A new configuration takes over all at once, and answers nothing wrongly while it does.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "health/scheduler.hpp"
#include "record.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

std::vector<std::string> names(const Report& report) {
    std::vector<std::string> names;
    for (const auto& check : report.checks) names.push_back(check.name);
    return names;
}

auto consistsOf(const std::vector<std::string>& wanted) {
    return [wanted](const Report& report) { return names(report) == wanted; };
}

bool allHealthy(const Report& report) { return std::ranges::all_of(report.checks, &CheckState::healthy); }

void awaitDestruction(const Trace& trace) {
    const auto end = Clock::now() + patience;
    while (!trace.destroyed && Clock::now() < end) std::this_thread::yield();
    CHECK(trace.destroyed);
}

} // namespace

TEST_CASE("replace: the new checks are there in one report, and namesakes go on from their results", "[health]") {
    Record record;
    std::array<Trace, 4> traces;
    Gate gate;
    Scheduler::Checks checks;
    checks.push_back(check(policy("stays"), traces[0], passing()));
    checks.push_back(check(policy("goes"), traces[1], passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first(allHealthy);

    const auto waiting = [&](int) {
        gate.pass();
        return passed(5.0);
    };
    Scheduler::Checks next;
    next.push_back(check(policy("comes"), traces[2], waiting));
    next.push_back(check(policy("stays"), traces[3], waiting));
    scheduler.replace(std::move(next));

    const auto told = record.first(consistsOf({"comes", "stays"}));
    CHECK(of(told.report, "comes").error == "No result yet");
    CHECK(of(told.report, "stays").healthy);
    for (const auto& each : record.all()) {
        const auto now = names(each.report);
        CHECK((now == std::vector<std::string>{"stays", "goes"} || now == std::vector<std::string>{"comes", "stays"}));
    }
    gate.open();
    record.first("comes", [](const CheckState& state) { return state.latencyMs == 5.0; });
    record.first("stays", [](const CheckState& state) { return state.latencyMs == 5.0; });
    CHECK(traces[3].runs == 1);
    awaitDestruction(traces[0]);
    awaitDestruction(traces[1]);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: runs under way are cancelled, and their results belong to nobody", "[health]") {
    Record record;
    std::array<Trace, 2> traces;
    Gate entered;
    Scheduler::Checks checks;
    checks.push_back(check(policy("database"), traces[0], [&](int) {
        entered.open();
        traces[0].cancelled.pass();
        return passed(99.0);
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    REQUIRE(entered.pass());

    Scheduler::Checks next;
    next.push_back(check(policy("database"), traces[1], [](int) { return passed(2.0); }));
    scheduler.replace(std::move(next));
    record.first(allHealthy);
    awaitDestruction(traces[0]);
    for (const auto& told : record.all()) CHECK(of(told.report, "database").latencyMs.value_or(2.0) == 2.0);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: a run that hangs keeps its namesake from running, and nobody else", "[health]") {
    Record record;
    std::array<Trace, 3> traces;
    Gate gate;
    auto impatient = policy("database");
    impatient.timeout = 20ms;
    Scheduler::Checks checks;
    checks.push_back(check(impatient, traces[0], [&](int) {
        gate.pass();
        return passed(99.0);
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first("database", [](const CheckState& state) { return state.stuckFor.has_value(); });

    auto often = policy("other");
    often.interval = 1ms;
    Scheduler::Checks next;
    next.push_back(check(policy("database"), traces[1], [](int) { return passed(2.0); }));
    next.push_back(check(often, traces[2], passing()));
    scheduler.replace(std::move(next));
    for (int i = 0; i < 10; i++) scheduler.refresh(Probe::Ready);
    const auto told = record.first("other", [](const CheckState& state) { return state.runs > 20; });
    CHECK(of(told.report, "database").error == "Timeout after 20ms");
    CHECK(traces[1].runs == 0);
    CHECK_FALSE(traces[0].destroyed);
    gate.open();
    const auto well = record.first("database", [](const CheckState& state) { return state.healthy; });
    CHECK(of(well.report, "database").latencyMs.value() == 2.0);
    awaitDestruction(traces[0]);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: a run that was under way is reported when it overruns, by its namesake", "[health]") {
    Record record;
    std::array<Trace, 2> traces;
    Gate entered;
    Gate gate;
    auto impatient = policy("database");
    impatient.timeout = 200ms;
    Scheduler::Checks checks;
    checks.push_back(check(impatient, traces[0], [&](int) {
        entered.open();
        gate.pass();
        return passed();
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    REQUIRE(entered.pass());
    Scheduler::Checks next;
    next.push_back(check(policy("database"), traces[1], passing()));
    scheduler.replace(std::move(next));
    record.first("database", [](const CheckState& state) { return state.error == "Timeout after 200ms"; });
    CHECK(traces[1].runs == 0);
    gate.open();
    record.first(allHealthy);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: a check stays stuck until the run of its namesake comes back", "[health]") {
    Record record;
    std::array<Trace, 3> traces;
    Trace others;
    Gate gate;
    auto impatient = policy("database");
    impatient.timeout = 20ms;
    Scheduler::Checks checks;
    checks.push_back(check(impatient, traces[0], [&](int) {
        gate.pass();
        return passed();
    }));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    const auto stuck = [](const CheckState& state) { return state.stuckFor.has_value(); };
    const auto since = of(record.first("database", stuck).report, "database").stuckFor;
    for (size_t i = 1; i < traces.size(); i++) {
        Scheduler::Checks next;
        next.push_back(check(impatient, traces[i], passing()));
        next.push_back(check(policy(i == 1 ? "second" : "third"), others, passing()));
        scheduler.replace(std::move(next));
        const auto told = record.first(i == 1 ? "second" : "third", &CheckState::everRan);
        REQUIRE(of(told.report, "database").stuckFor);
        CHECK(*of(told.report, "database").stuckFor >= *since);
    }
    CHECK(record.changes()[1] == "database stuck");
    for (const auto& change : record.changes()) CHECK(change != "database unstuck");
    gate.open();
    record.first("database", [](const CheckState& state) { return state.healthy && !state.stuckFor; });
    CHECK(std::ranges::count(record.changes(), "database unstuck") == 1);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: checks whose destruction never ends take no thread from the others", "[health]") {
    struct Lingering final : Checker {
        explicit Lingering(Gate& gate) : gate_(gate) {}
        Lingering(const Lingering&) = delete;
        Lingering& operator=(const Lingering&) = delete;
        ~Lingering() override { gate_.pass(); }
        std::optional<Result> run(const RunRequest&) override { return passed(); }
        void cancel() override {}
        void end() override {}
        Gate& gate_;
    };
    Record record;
    Gate gate;
    Scheduler scheduler({}, record);
    scheduler.start();
    for (int i = 0; i < 20; i++) {
        const auto name = "lingering " + std::to_string(i);
        Scheduler::Checks next;
        next.push_back(std::make_unique<Check>(policy(name), std::make_unique<Lingering>(gate)));
        scheduler.replace(std::move(next));
        const auto told = record.first(name, [](const CheckState& state) { return state.everRan; });
        CHECK(of(told.report, name).error.empty());
    }
    gate.open();
    CHECK(scheduler.stop(patience));
}

TEST_CASE("replace: from no checks to many and back to none", "[health]") {
    Record record;
    std::array<Trace, 30> traces;
    Meeting meeting(30);
    Scheduler scheduler({}, record);
    scheduler.start();
    Scheduler::Checks many;
    for (auto& trace : traces) {
        many.push_back(check(policy("one of many " + std::to_string(many.size())), trace, [&](int) {
            return meeting.join() ? passed() : Result::failed("the others are not running");
        }));
    }
    scheduler.replace(std::move(many));
    record.first([](const Report& report) { return report.checks.size() == 30 && allHealthy(report); });
    scheduler.replace({});
    const auto emptied = [filled = false](const Report& report) mutable {
        filled = filled || !report.checks.empty();
        return filled && report.checks.empty();
    };
    CHECK(record.first(emptied).report.ready() == Verdict::Passing);
    for (const auto& trace : traces) awaitDestruction(trace);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: checks that come before the start are in the first report, and nothing is started without them",
          "[health]") {
    Record record;
    Trace trace;
    Scheduler scheduler({}, record);
    CHECK(scheduler.beat() == 0);
    Scheduler::Checks checks;
    auto startup = policy("late");
    startup.probes = ProbeSet(4);
    checks.push_back(check(startup, trace, [](int) { return passed(); }));
    scheduler.refresh(Probe::Ready);
    scheduler.replace(std::move(checks));
    scheduler.start();
    CHECK(scheduler.beat() > 0);
    const auto first = record.all().at(0).report;
    CHECK(of(first, "late").error == "No result yet");
    CHECK_FALSE(first.started);
    record.first("late", [](const CheckState& state) { return state.healthy; });
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: all of those it began with may go", "[health]") {
    Record record;
    std::array<Trace, 3> traces;
    Scheduler::Checks checks;
    for (auto& trace : traces) checks.push_back(check(policy(std::to_string(checks.size())), trace, passing()));
    Scheduler scheduler(std::move(checks), record);
    scheduler.start();
    record.first([](const Report& report) { return report.checks.size() == 3 && allHealthy(report); });
    scheduler.replace({});
    record.first([](const Report& report) { return report.checks.empty(); });
    for (const auto& trace : traces) awaitDestruction(trace);
    CHECK(scheduler.stop(1s));
}

TEST_CASE("replace: what has started stays started", "[health]") {
    Record record;
    Trace trace;
    Scheduler scheduler({}, record);
    scheduler.start();
    CHECK(record.first([](const Report&) { return true; }).report.started);
    auto startup = policy("model");
    startup.probes = ProbeSet(4);
    Scheduler::Checks next;
    next.push_back(check(startup, trace, [](int) { return Result::failed("Embedding model not loaded"); }));
    scheduler.replace(std::move(next));
    CHECK(record.first("model", [](const CheckState& state) { return state.everRan; }).report.started);
    CHECK(scheduler.stop(1s));
}

} // namespace probehost::test
