// The order matters: everything that can be said about a configuration is said at once, and checks come last.
#include "server/assembly.hpp"

#include "config/check_resolver.hpp"
#include "config/settings_loader.hpp"
#include "plugin/plugin_checker.hpp"

namespace probehost {

namespace {

std::unique_ptr<Check> create(const CheckEntry& entry, const PluginRegistry& registry, const ph_host* host,
                              Diagnostics& diagnostics) {
    const std::string key = "checks." + entry.policy.name;
    try {
        auto checker = std::make_unique<PluginChecker>(*registry.find(entry.policy.checker), host, entry.settings);
        return std::make_unique<Check>(entry.policy, std::move(checker));
    } catch (const CheckNotCreated& refused) {
        diagnostics.error(entry.location, key + ".with", refused.what());
        return nullptr;
    }
}

void refuseProcessIsolation(const Settings& settings, Diagnostics& diagnostics) {
    for (const auto& check : settings.checks) {
        if (check.isolation != Isolation::Process) continue;
        diagnostics.error(check.location, "checks." + check.policy.name + ".isolation",
                          "this version runs all checkers in the host: write thread or auto");
    }
}

} // namespace

void findPlugins(const Settings& settings, PluginRegistry& registry, Diagnostics& diagnostics) {
    registry.scan(settings.plugins.path);
    const Location file{settings.file, 0};
    for (const auto& [directory, reason] : registry.refusedDirectories()) {
        if (settings.plugins.pathWritten) diagnostics.error(file, "plugins.path", directory + " " + reason);
    }
    for (const auto& directory : registry.emptyDirectories()) {
        diagnostics.warning(file, "plugins.path", directory + " holds no plugins (*.so)");
    }
    for (const auto& [plugin, reason] : registry.refused()) diagnostics.warning({plugin, 0}, "", reason);
}

Assembly assemble(const std::string& configFile, PluginRegistry& registry, const ph_host* host,
                  Diagnostics& diagnostics) {
    Assembly assembly;
    assembly.settings = load(configFile, diagnostics);
    findPlugins(assembly.settings, registry, diagnostics);
    resolve(assembly.settings, registry.checkers(), registry.refused(), diagnostics);
    refuseProcessIsolation(assembly.settings, diagnostics);
    if (diagnostics.hasErrors()) return assembly;
    for (const auto& entry : assembly.settings.checks) {
        if (auto check = create(entry, registry, host, diagnostics)) assembly.checks.push_back(std::move(check));
    }
    if (diagnostics.hasErrors()) assembly.checks.clear();
    return assembly;
}

} // namespace probehost
