// A checker that does what its test says.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "gate.hpp"
#include "health/check.hpp"

namespace probehost::test {

// What outlives a scripted checker: its test asks it how often it ran and whether it was cancelled.
struct Trace {
    std::atomic<int> runs{0};
    std::atomic<int> side{0};     // runs under way
    std::atomic<int> mostSide{0}; // the most there ever were at once
    std::atomic<bool> destroyed{false};
    Gate cancelled;
};

// Gets the number of the run, from 1.
using Script = std::function<std::optional<Result>(int run)>;

class ScriptedChecker final : public Checker {
  public:
    ScriptedChecker(Trace& trace, Script script) : trace_(trace), script_(std::move(script)) {}
    ~ScriptedChecker() override { trace_.destroyed = true; }

    std::optional<Result> run(const RunRequest& request) override;
    void cancel() override { trace_.cancelled.open(); }
    void end() override { trace_.cancelled.open(); }

  private:
    Trace& trace_;
    Script script_;
};

Result passed(double latencyMs = 1.0);
Result warned(const char* message);
Script passing();

// On the ready probe, run once and then only when asked for, unless a test changes that.
CheckPolicy policy(const std::string& name);
std::unique_ptr<Check> check(const CheckPolicy& policy, Trace& trace, Script script);

} // namespace probehost::test
