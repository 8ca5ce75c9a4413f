// How checks become verdicts.
#include "health/report.hpp"

#include <algorithm>

namespace probehost {

Verdict Report::live() const {
    const bool failed = std::ranges::any_of(checks, [](const CheckState& check) {
        return check.probes.has(Probe::Live) && check.critical && check.everRan && !check.healthy;
    });
    return failed ? Verdict::Failing : Verdict::Passing;
}

Verdict Report::ready() const {
    if (draining || !created) return Verdict::Failing;
    auto verdict = Verdict::Passing;
    for (const auto& check : checks) {
        if (!check.probes.has(Probe::Ready)) continue;
        if (!check.healthy && check.critical) return Verdict::Failing;
        if (!check.healthy || !check.warning.empty()) verdict = Verdict::Degraded;
    }
    return verdict;
}

Verdict Report::verdict(Probe probe) const {
    if (probe == Probe::Live) return live();
    if (probe == Probe::Ready) return ready();
    return started ? Verdict::Passing : Verdict::Failing;
}

bool allStarted(const std::vector<CheckState>& checks) {
    return std::ranges::all_of(
        checks, [](const CheckState& check) { return !check.probes.has(Probe::Started) || check.everPassed; });
}

} // namespace probehost
