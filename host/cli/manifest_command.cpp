// probehost manifest: what an orchestrator has to be told so that its probes fit this configuration.
#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/service_url.hpp"
#include "cli/startup_watch.hpp"
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
constexpr milliseconds longestWatch = std::chrono::hours(1);
constexpr int headroom = 3; // of a start on a busy node with cold caches over the one that was seen

Platform platformOf(const ManifestOptions& options) {
    return options.platform == "containerapps" ? Platform::ContainerApps : Platform::Kubernetes;
}

std::string wrongStartupTime(const ManifestOptions& options) {
    if (!options.startupTime) return "";
    const auto most = longestStartup(platformOf(options));
    if (*options.startupTime <= most) return "";
    return "--startup-time: " + options.platform + " waits at most " + durationText(most) + " for a start";
}

// What is wrong with the options; "" when nothing is.
std::string wrong(const ManifestOptions& options) {
    if (options.platform == "systemd" && (options.startupTime || !options.measured.empty()))
        return "a startup time is not for systemd, which probehost tells when it has started";
    if (!options.measured.empty() && !serviceUrl(options.measured)) return "--measure takes http://HOST:PORT";
    return wrongStartupTime(options);
}

StartupTime startupTimeOf(const ManifestOptions& options) {
    if (options.measured.empty()) return {options.startupTime.value_or(usualStartupTime), ""};
    const auto longest = std::min(longestWatch, longestStartup(platformOf(options)) / headroom);
    const auto seen = std::chrono::ceil<std::chrono::seconds>(watchStartup(*serviceUrl(options.measured), longest));
    return {seen * headroom, "three times the " + durationText(seen) + " that it took"};
}

std::string manifestFor(const ManifestOptions& options, const Settings& settings) {
    if (options.platform == "systemd") return systemdTimes(settings);
    const auto platform = platformOf(options);
    return probesYaml(planProbes(settings, platform, startupTimeOf(options)), platform);
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
    } catch (const StartUnseen& unseen) {
        std::cerr << "error: --measure: " << unseen.what() << '\n';
        return Unhealthy;
    }
    return written(Ok, CannotWrite);
}

int manifest(const ManifestOptions& options, PluginEnvironment& environment) {
    if (const auto words = wrong(options); !words.empty()) {
        std::cerr << "error: " << words << "; probehost manifest --help tells more\n";
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
