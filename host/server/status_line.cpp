// What is wrong comes first, and of much that is wrong a few.
#include "server/status_line.hpp"

namespace probehost {

namespace {

constexpr int mostNamed = 4;

std::string verdictOf(const Report& report) {
    if (report.draining) return "draining";
    if (report.live() == Verdict::Failing) return "not alive";
    if (report.ready() == Verdict::Failing) return "not ready";
    if (!report.started) return "starting";
    return report.ready() == Verdict::Degraded ? "degraded" : "ready";
}

std::string counted(size_t checks) { return std::to_string(checks) + (checks == 1 ? " check" : " checks"); }

} // namespace

std::string statusLine(const Report& report) {
    std::string wrong;
    int failing = 0;
    for (const auto& check : report.checks) {
        if (check.healthy || ++failing > mostNamed) continue;
        wrong.append(wrong.empty() ? ": " : "; ").append(check.name).append(": ").append(check.error);
    }
    if (failing == 0) return verdictOf(report) + ", " + counted(report.checks.size());
    if (failing > mostNamed) wrong += "; and " + std::to_string(failing - mostNamed) + " more";
    return verdictOf(report) + wrong;
}

} // namespace probehost
