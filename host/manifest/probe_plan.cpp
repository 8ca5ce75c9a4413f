// What the platforms allow is in their API references: Kubernetes' Probe v1, and ContainerAppProbe of Microsoft.App.
#include "manifest/probe_plan.hpp"

#include <algorithm>
#include <vector>

#include "config/duration.hpp"
#include "config/suggestion.hpp"

namespace probehost {

namespace {

using std::chrono::seconds;

constexpr milliseconds lateness{50};  // by which an answer may come later than `wait`
constexpr milliseconds busyNode{500}; // for a connection where the processor is short
constexpr seconds timeToEnd{10};      // after drain_delay; most of it is a margin
constexpr seconds platformGrace{30};  // what both platforms give anyway
constexpr int64_t mostFailures = 10;  // of Container Apps
constexpr seconds longestPeriod{240}; // of Container Apps

struct Basis {
    seconds period;
    int64_t failures;
};

constexpr Basis live{seconds(10), 3}, ready{seconds(15), 2};

int64_t wholeSeconds(milliseconds time) { return std::chrono::ceil<seconds>(time).count(); }
int64_t divided(int64_t whole, int64_t part) { return (whole + part - 1) / part; }
std::string text(int64_t count) { return durationText(seconds(count)); }
std::string times(int64_t count, int64_t period) { return std::to_string(count) + " x " + text(period); }

bool loopback(const ListenAddress& address) { return address.host.starts_with("127.") || address.host == "::1"; }

uint16_t portOf(const ServerSettings& server) {
    const auto reached = std::ranges::find_if(server.listen, [](const auto& address) { return !loopback(address); });
    if (reached == server.listen.end())
        throw PlanImpossible("server.listen: probes come to the container's own address, which " +
                             server.listen.front().text() + " does not answer; listen on 0.0.0.0 or [::]");
    if (reached->port == 0) throw PlanImpossible("server.listen: port 0 is any free port; probes need a number");
    return reached->port;
}

std::vector<const CheckPolicy*> checksOn(const Settings& settings, Probe probe) {
    std::vector<const CheckPolicy*> found;
    for (const auto& check : settings.checks) {
        if (check.policy.probes.has(probe)) found.push_back(&check.policy);
    }
    return found;
}

std::string names(const std::vector<const CheckPolicy*>& checks) {
    std::vector<std::string> all;
    for (const auto* check : checks) all.push_back(check->name);
    return joined(all);
}

// The longest that a check may take to fail after its dependency did, its interval being spread by a tenth; without an
// interval each probe starts a run.
milliseconds noticing(const CheckPolicy& check, seconds period) {
    const auto between = check.interval.count() == 0 ? milliseconds(period) : check.interval * 11 / 10;
    return check.failureThreshold * (between + check.timeout);
}

const CheckPolicy* slowest(const Settings& settings, Probe probe, seconds period) {
    auto checks = checksOn(settings, probe);
    std::erase_if(checks, [](const auto* check) { return !check->critical; });
    const auto found =
        std::ranges::max_element(checks, {}, [&](const auto* check) { return noticing(*check, period); });
    return found == checks.end() ? nullptr : *found;
}

std::string latest(const Settings& settings, Probe probe, const Basis& basis) {
    const auto* check = slowest(settings, probe, basis.period);
    if (check == nullptr) return "";
    const auto noticed = wholeSeconds(noticing(*check, basis.period));
    return ": at most " + text(noticed + basis.failures * basis.period.count()) + " after a fault, " + check->name +
           " being the slowest to notice (" + text(noticed) + ")";
}

Figure quickTimeout() { return {wholeSeconds(lateness + busyNode), "answered at once, without asking a dependency"}; }

Figure readyTimeout(milliseconds wait) {
    const auto needed = wholeSeconds(wait + lateness + busyNode);
    return {needed, "an answer takes up to wait (" + durationText(wait) + ") and 50ms, on a busy node more" +
                        (needed > 1 ? "; the default of 1 could cut it" : "")};
}

// How often it is asked decides how late a start is noticed, and on Container Apps how long one may take.
Figure startedPeriod(Platform platform, int64_t time) {
    const auto tenth = divided(time, mostFailures);
    const bool stretched = platform == Platform::ContainerApps && tenth > live.period.count();
    if (stretched) return {tenth, "a tenth of the startup time, because 10 failures are the most"};
    return {live.period.count(), "how late a start may be noticed"};
}

ProbePlan startedPlan(const Settings& settings, Platform platform, const StartupTime& startup) {
    const auto time = wholeSeconds(startup.time);
    const auto period = startedPeriod(platform, time);
    const auto failures = divided(time, period.value);
    const auto checks = checksOn(settings, Probe::Started);
    const auto awaited = checks.empty() ? "probehost itself; no check is on started" : names(checks);
    const auto basis = startup.basis.empty() ? "" : " (" + startup.basis + ")";
    return {
        period,
        {failures, times(failures, period.value) + " to start" + basis + ", then a restart; it waits for " + awaited},
        std::nullopt,
        quickTimeout()};
}

ProbePlan livePlan(const Settings& settings) {
    return {{live.period.count(), "it costs next to nothing"},
            {live.failures,
             times(live.failures, live.period.count()) + ", then a restart" + latest(settings, Probe::Live, live)},
            std::nullopt,
            quickTimeout()};
}

Figure readyPeriod(seconds timeout) {
    if (timeout > ready.period) return {timeout.count(), "no shorter than the timeout"};
    return {ready.period.count(), "checks run by their own intervals, whoever asks"};
}

ProbePlan readyPlan(const Settings& settings) {
    const auto timeout = readyTimeout(settings.server.wait);
    const auto period = readyPeriod(seconds(timeout.value));
    const auto when = latest(settings, Probe::Ready, {seconds(period.value), ready.failures});
    return {period,
            {ready.failures, times(ready.failures, period.value) + ", then out of service" + when},
            Figure{1, "back at once; a check's success_threshold is what damps it"},
            timeout};
}

Figure graceAfter(milliseconds drainDelay) {
    const auto needed = wholeSeconds(drainDelay + timeToEnd);
    const auto given = std::max(needed, platformGrace.count());
    const auto parts = "drain_delay (" + durationText(drainDelay) + ") and " + text(timeToEnd.count()) + " to end";
    return {given, needed > platformGrace.count() ? parts : parts + " fit into the default"};
}

} // namespace

milliseconds longestStartup(Platform platform) {
    return platform == Platform::ContainerApps ? mostFailures * longestPeriod : std::chrono::hours(24);
}

Plan planProbes(const Settings& settings, Platform platform, const StartupTime& startup) {
    return {portOf(settings.server), graceAfter(settings.server.drainDelay), startedPlan(settings, platform, startup),
            livePlan(settings), readyPlan(settings)};
}

} // namespace probehost
