// Goes along one hot path so many times: hot_paths probe|report|schedule|check TIMES
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>

#include "../deaf_services.hpp"
#include "health/check_schedule.hpp"
#include "http/http_parser.hpp"
#include "http/report_json.hpp"
#include "http/routing.hpp"
#include "plugin/plugin_checker.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/plugin_library.hpp"

namespace {

using namespace probehost;

// Keeps the compiler from leaving out what nobody uses.
volatile size_t used = 0;

Report fiveChecks() {
    Report report;
    for (const auto* name : {"database", "redis", "openai", "queue", "model"}) {
        CheckState state;
        state.name = name;
        state.probes = ProbeSet(2);
        state.healthy = state.everRan = state.everPassed = true;
        state.latencyMs = 1.25;
        report.checks.push_back(state);
    }
    return report;
}

// From the bytes of a kubelet's request to those of its answer.
void probe(int64_t times) {
    constexpr std::string_view head =
        "GET /health/ready HTTP/1.1\r\nHost: 10.0.0.1:8000\r\nUser-Agent: kube-probe/1.32\r\nAccept: "
        "*/*\r\nConnection: close\r\n\r\n";
    const FrontSettings settings;
    const Limits limits;
    const RenderedAnswers answers(renderAnswers(fiveChecks(), "shop", {}));
    for (int64_t i = 0; i < times; i++) {
        const auto read = readHead(head, 0, limits.head);
        const auto found = route(read.request, settings, limits, {});
        if (found.kind != Route::Kind::Probe) std::abort();
        const auto kept = read.request.keepAlive ? Persistence::Implied : Persistence::None;
        used = used + answers.answer(found.probe, {methodOf(read.request), false, kept}).size();
    }
}

// From new results to the bytes that answers are made of.
void report(int64_t times) {
    const auto report = fiveChecks();
    for (int64_t i = 0; i < times; i++) {
        const RenderedAnswers answers(renderAnswers(report, "shop", {}));
        used = used + answers.answer(Probe::Ready, {}).size();
    }
}

class Nothing final : public Checker {
  public:
    std::optional<Result> run(const RunRequest&) override { return std::nullopt; }
    void cancel() override {}
    void end() override {}
};

// A schedule of five checks whose runs take a millisecond, by a clock of its own.
class Timetable final : private HealthObserver, private Runner {
  public:
    void runOnce() {
        for (const auto before = finished_; finished_ == before;) next();
    }

  private:
    static CheckSchedule::Checks checks() {
        CheckSchedule::Checks checks;
        for (const auto& state : fiveChecks().checks) {
            CheckPolicy policy;
            policy.name = state.name;
            policy.probes = state.probes;
            checks.push_back(std::make_unique<Check>(policy, std::make_unique<Nothing>()));
        }
        return checks;
    }

    void next() {
        const auto event = schedule_.nextEvent();
        const bool back = !runs_.empty() && runs_.front().second <= event;
        now_ = std::max(now_, back ? runs_.front().second : event);
        if (back) {
            schedule_.finish(*runs_.front().first, Result{}, now_);
            runs_.pop_front();
            finished_++;
        }
        schedule_.turn(now_);
    }

    void reported(std::shared_ptr<const Report>, Clock::time_point) override {}
    void changed(const CheckState&, const CheckState&) override {}
    bool hasRoom() override { return true; }
    bool run(Check& check, const RunRequest&) override {
        runs_.emplace_back(&check, now_ + milliseconds(1));
        return true;
    }
    void grow(int) override {}
    void demote(Check&) override {}
    bool bury(std::unique_ptr<Check>&) override { return true; }

    Clock::time_point now_{std::chrono::hours(1)};
    std::deque<std::pair<Check*, Clock::time_point>> runs_;
    uint64_t finished_ = 0;
    CheckSchedule schedule_{checks(), *this, *this, 1};
};

void schedule(int64_t times) {
    Timetable timetable;
    for (int64_t i = 0; i < times; i++) timetable.runOnce();
}

// One call through the ABI into a plugin that does nothing.
void check(int64_t times) {
    benchmarks::DeafServices services;
    const PluginHost host(services);
    const PluginLibrary library(PluginImage(PASSING), host.table());
    PluginChecker checker(*library.find("passing"), host.table(), {});
    for (int64_t i = 0; i < times; i++)
        used =
            used + (checker.run({Clock::time_point::max(), Reason::Schedule, 1, {}})->status == Status::Pass ? 1 : 0);
}

} // namespace

int main(int argc, char** argv) {
    const std::map<std::string, std::function<void(int64_t)>> paths = {
        {"probe", probe}, {"report", report}, {"schedule", schedule}, {"check", check}};
    const auto found = argc == 3 ? paths.find(argv[1]) : paths.end();
    if (found == paths.end()) {
        std::fputs("usage: hot_paths probe|report|schedule|check TIMES\n", stderr);
        return 64;
    }
    found->second(std::strtoll(argv[2], nullptr, 10));
}
