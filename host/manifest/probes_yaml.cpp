// Written line by line, because no YAML library places comments beside values.
#include "manifest/probes_yaml.hpp"

#include <algorithm>
#include <vector>

namespace probehost {

namespace {

struct NamedProbe {
    const char* kubernetes;
    const char* containerApps;
    const char* path;
    const ProbePlan& plan;
};

std::vector<NamedProbe> probesOf(const Plan& plan) {
    return {{"startupProbe", "Startup", "/health/started", plan.started},
            {"livenessProbe", "Liveness", "/health", plan.live},
            {"readinessProbe", "Readiness", "/health/ready", plan.ready}};
}

std::string line(const std::string& key, const Figure& figure, std::size_t indent) {
    constexpr std::size_t column = 22; // behind the longest key and its number
    auto text = key + ": " + std::to_string(figure.value);
    text.resize(std::max(column, text.size() + 1), ' ');
    return std::string(indent, ' ') + text + "# " + figure.reason + '\n';
}

std::string figures(const ProbePlan& plan, std::size_t indent) {
    return line("periodSeconds", plan.period, indent) + line("failureThreshold", plan.failures, indent) +
           (plan.successes ? line("successThreshold", *plan.successes, indent) : "") +
           line("timeoutSeconds", plan.timeout, indent);
}

std::string target(const char* path, uint16_t port, std::size_t indent) {
    return std::string(indent, ' ') + "httpGet: {path: " + path + ", port: " + std::to_string(port) + "}\n";
}

std::string kubernetes(const Plan& plan) {
    auto text = "spec:\n" + line("terminationGracePeriodSeconds", plan.grace, 2) + "  containers:\n    - name: app\n";
    for (const auto& probe : probesOf(plan)) {
        text += "      " + std::string(probe.kubernetes) + ":\n" + target(probe.path, plan.port, 8) +
                figures(probe.plan, 8);
    }
    return text;
}

std::string containerApps(const Plan& plan) {
    auto text = "properties:\n  template:\n" + line("terminationGracePeriodSeconds", plan.grace, 4) +
                "    containers:\n      - name: app\n        probes:\n";
    for (const auto& probe : probesOf(plan)) {
        text += "          - type: " + std::string(probe.containerApps) + '\n' + target(probe.path, plan.port, 12) +
                figures(probe.plan, 12);
    }
    return text;
}

} // namespace

std::string probesYaml(const Plan& plan, Platform platform) {
    const std::string whom =
        "# \"app\" is the container that the probes decide over: the application's, whose pod probehost shares, or\n"
        "# probehost's own. They reach probehost by its port's number.\n";
    return whom + (platform == Platform::Kubernetes ? kubernetes(plan) : containerApps(plan));
}

} // namespace probehost
