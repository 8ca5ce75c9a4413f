// probehost manifest: what an orchestrator has to be told so that its probes fit this configuration.
#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/terminal.hpp"
#include "config/check_resolver.hpp"
#include "config/duration.hpp"
#include "manifest/probes_yaml.hpp"
#include "manifest/systemd_times.hpp"
#include "server/assembly.hpp"
#include "server/plugin_environment.hpp"

namespace probehost::cli {

namespace {

constexpr milliseconds usualStartupTime = std::chrono::minutes(5);

Platform platformOf(const ManifestOptions& options) {
    return options.platform == "containerapps" ? Platform::ContainerApps : Platform::Kubernetes;
}

// What is wrong with the time asked for; "" when nothing is.
std::string wrongStartupTime(const ManifestOptions& options) {
    if (!options.startupTime) return "";
    if (options.platform == "systemd") return "is not for systemd, which probehost tells when it has started";
    const auto most = longestStartup(platformOf(options));
    return *options.startupTime <= most ? ""
                                        : options.platform + " waits at most " + durationText(most) + " for a start";
}

std::string manifestFor(const ManifestOptions& options, const Settings& settings) {
    if (options.platform == "systemd") return systemdTimes(settings);
    const auto platform = platformOf(options);
    return probesYaml(planProbes(settings, platform, options.startupTime.value_or(usualStartupTime)), platform);
}

// No check is created: what it looks at need not be here.
Settings resolved(const std::string& config, PluginEnvironment& environment, Diagnostics& diagnostics) {
    auto settings = loadSettings(config, diagnostics);
    auto& registry = environment.registry();
    findPlugins(settings, registry, diagnostics);
    resolve(settings, registry.checkers(), registry.refused(), diagnostics);
    diagnostics.mask(settings.secrets);
    return settings;
}

int printManifest(const ManifestOptions& options, const Settings& settings) {
    const auto file = printable(options.config);
    try {
        const auto text = manifestFor(options, settings);
        std::cout << "# Computed from " << file << " by probehost " PROBEHOST_VERSION ".\n" << text;
    } catch (const PlanImpossible& impossible) {
        std::cerr << "error: " << file << ": " << impossible.what() << '\n';
        return ConfigError;
    }
    return written(Ok, CannotWrite);
}

int manifest(const ManifestOptions& options, PluginEnvironment& environment) {
    if (const auto wrong = wrongStartupTime(options); !wrong.empty()) {
        std::cerr << "error: --startup-time: " << wrong << "; probehost manifest --help tells more\n";
        return UsageError;
    }
    Diagnostics diagnostics;
    const auto settings = resolved(options.config, environment, diagnostics);
    return printErrors(diagnostics) ? ConfigError : printManifest(options, settings);
}

} // namespace

int manifest(const ManifestOptions& options) {
    PluginEnvironment environment;
    return environment.ended(manifest(options, environment));
}

} // namespace probehost::cli
