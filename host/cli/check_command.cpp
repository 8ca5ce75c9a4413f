// probehost check: runs checks once, without a server.
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/check_output.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/terminal.hpp"
#include "health/one_shot.hpp"
#include "server/assembly.hpp"
#include "server/plugin_environment.hpp"

namespace probehost::cli {

namespace {

bool knowsAll(const Checks& checks, const std::vector<std::string>& names) {
    bool all = true;
    for (const auto& name : names) {
        if (std::ranges::any_of(checks, [&](const auto& check) { return check->policy().name == name; })) continue;
        std::string known;
        for (const auto& check : checks) known += (known.empty() ? "" : ", ") + check->policy().name;
        std::cerr << "probehost check: there is no check \"" << printable(name)
                  << "\"; the configuration has: " << (known.empty() ? "none" : known) << '\n';
        all = false;
    }
    return all;
}

Checks selected(Checks checks, const std::vector<std::string>& names) {
    if (names.empty()) return checks;
    std::erase_if(checks,
                  [&](const auto& check) { return std::ranges::find(names, check->policy().name) == names.end(); });
    return checks;
}

std::function<void(size_t)> progressTo(size_t total) {
    if (isatty(STDERR_FILENO) == 0) return {};
    return [total](size_t done) {
        std::cerr << "\r\033[K";
        if (done < total) std::cerr << done << " of " << total << " checks are done" << std::flush;
    };
}

int exitStatus(const CheckSummary& summary, Format format) {
    if (format != Format::Nagios) return summary.verdict == Verdict::Failing ? Unhealthy : Ok;
    return static_cast<int>(summary.verdict); // 0 OK, 1 WARNING, 2 CRITICAL
}

constexpr int nagiosUnknown = 3;

int unwritten(Format format) { return format == Format::Nagios ? nagiosUnknown : CannotWrite; }

// Nagios knows a status of its own for what could not be found out.
int notChecked(Format format, int status, const char* why) {
    if (format != Format::Nagios) return status;
    std::cout << "PROBEHOST UNKNOWN - " << why << '\n';
    return written(nagiosUnknown, nagiosUnknown);
}

int check(const CheckOptions& options, PluginEnvironment& environment) {
    Diagnostics diagnostics;
    auto assembly = assemble(options.config, environment, diagnostics);
    if (printErrors(diagnostics)) return notChecked(options.format, ConfigError, "the configuration has errors");
    if (!knowsAll(assembly.checks, options.names)) return notChecked(options.format, UsageError, "no such check");
    if (assembly.checks.empty() && options.format == Format::Nagios)
        return notChecked(options.format, Ok, "no checks configured");
    auto checks = selected(std::move(assembly.checks), options.names);
    const auto outcome = runOnce(checks, progressTo(checks.size()));
    const CheckSummary summary = summarise(outcome.states);
    std::cout << render(summary, options.format);
    const int status = written(exitStatus(summary, options.format), unwritten(options.format));
    if (outcome.stuck) _exit(status); // a plugin still runs; ending in order would wait for it
    return status;
}

} // namespace

int check(const CheckOptions& options) {
    PluginEnvironment environment;
    return environment.ended(check(options, environment));
}

} // namespace probehost::cli
