// What is printed of a plan: a platform's own words, and a reason beside every number.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "manifest/probes_yaml.hpp"
#include "manifest/systemd_times.hpp"

namespace probehost::test {

using namespace std::chrono_literals;
using Catch::Contains;

namespace {

std::string yaml(Platform platform) { return probesYaml(planProbes({}, platform, {5min, ""}), platform); }

// Lines that are no comment and have a number.
std::vector<std::string> numbered(const std::string& text) {
    static const std::regex number("^ +[A-Za-z]+: [0-9]+.*");
    std::vector<std::string> found;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (std::regex_match(line, number)) found.push_back(line);
    }
    return found;
}

} // namespace

TEST_CASE("every number stands beside its reason", "[manifest]") {
    const auto lines = numbered(yaml(GENERATE(Platform::Kubernetes, Platform::ContainerApps)));
    CHECK(lines.size() == 11);
    for (const auto& line : lines) CHECK_THAT(line, Catch::Matches(" +[A-Za-z]+: [0-9]+ +# .{5,}"));
}

TEST_CASE("each platform has its own words for a probe", "[manifest]") {
    CHECK_THAT(yaml(Platform::Kubernetes), Contains("startupProbe:") && Contains("livenessProbe:") &&
                                               Contains("readinessProbe:") && Contains("/health/started, port: 8000"));
    CHECK_THAT(yaml(Platform::ContainerApps), Contains("- type: Startup") && Contains("- type: Liveness") &&
                                                  Contains("- type: Readiness") &&
                                                  Contains("/health/ready, port: 8000"));
}

TEST_CASE("systemd gives the drain and the checks their time", "[manifest]") {
    Settings settings;
    CHECK_THAT(systemdTimes(settings), Contains("[Service]\n") && Contains("\nTimeoutStartSec=90s\n") &&
                                           Contains("\nTimeoutStopSec=15s\n") && Contains("\nWatchdogSec=15s\n"));
    settings.server.drainDelay = 90500ms;
    settings.checks.resize(40);
    CHECK_THAT(systemdTimes(settings), Contains("\nTimeoutStartSec=230s\n") && Contains("\nTimeoutStopSec=101s\n"));
}

} // namespace probehost::test
