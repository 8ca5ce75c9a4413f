// Counts, and follows the script.
#include "scripted_checker.hpp"

namespace probehost::test {

std::optional<Result> ScriptedChecker::run(const RunRequest&) {
    const int side = ++trace_.side;
    if (side > trace_.mostSide) trace_.mostSide = side;
    auto result = script_(++trace_.runs);
    --trace_.side;
    return result;
}

Result passed(double latencyMs) { return {Status::Pass, "", "", latencyMs, {}}; }

Result warned(const char* message) { return {Status::Warn, message, "", {}, {}}; }

Script passing() {
    return [](int) { return passed(); };
}

CheckPolicy policy(const std::string& name) {
    CheckPolicy policy;
    policy.name = name;
    policy.checker = "scripted";
    policy.probes.add(Probe::Ready);
    policy.timeout = std::chrono::seconds(20);
    policy.interval = milliseconds(0);
    policy.maxAge = std::chrono::hours(1);
    return policy;
}

std::unique_ptr<Check> check(const CheckPolicy& policy, Trace& trace, Script script) {
    return std::make_unique<Check>(policy, std::make_unique<ScriptedChecker>(trace, std::move(script)));
}

} // namespace probehost::test
