// The order matters: everything that can be said about a configuration is said at once, and checks come last, because
// their plugins' code and libraries take the most time.
#include "server/assembly.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "config/check_resolver.hpp"
#include "config/config_node.hpp"
#include "config/settings_loader.hpp"
#include "health/unusable_checker.hpp"
#include "plugin/installation.hpp"
#include "plugin/plugin_checker.hpp"
#include "server/checker_factory.hpp"

namespace probehost {

namespace {

// Where the service manager wants it, as it does for each of several services.
void placeSockets(AdminSettings& admin) {
    const char* directories = std::getenv("RUNTIME_DIRECTORY");
    if (directories == nullptr || admin.socketWritten) return;
    const std::string directory(directories, std::strcspn(directories, ":"));
    if (!directory.starts_with('/')) return;
    admin.socket = directory + "/admin.sock";
    if (!admin.notifyWritten) admin.notifySocket = directory + "/notify.sock";
}

// Checkers say "key: what was expected"; the key then belongs to the path.
std::pair<std::string, std::string> splitRefusal(const std::string& text) {
    const auto end = text.find(": ");
    const auto key = text.substr(0, end);
    const bool named = end != std::string::npos &&
                       key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string::npos;
    if (!named) return {"", text};
    return {key, text.substr(end + 2)};
}

// Where a setting is written: itself, or else the map that it belongs into, or else the check.
Location locationOf(const CheckEntry& check, std::string setting) {
    while (!setting.empty()) {
        const auto line = check.settingLines.find(setting);
        if (line != check.settingLines.end()) return {check.location.file, line->second};
        const auto dot = setting.rfind('.');
        setting.resize(dot == std::string::npos ? 0 : dot);
    }
    return check.location;
}

std::string keyOf(const CheckEntry& check) { return "checks." + shownKey(check.policy.name); }

std::unique_ptr<Check> create(const CheckEntry& entry, PluginEnvironment& environment, Diagnostics& diagnostics) {
    if (!entry.unusable.empty())
        return std::make_unique<Check>(entry.policy, std::make_unique<UnusableChecker>(entry.unusable));
    try {
        auto [checker, warning] = createChecker(entry, environment);
        if (!warning.empty()) diagnostics.warning(entry.location, keyOf(entry), warning);
        return std::make_unique<Check>(entry.policy, std::move(checker));
    } catch (const CheckNotCreated& refused) {
        const auto [setting, expected] = splitRefusal(refused.what());
        diagnostics.error(locationOf(entry, setting), keyOf(entry) + ".with" + (setting.empty() ? "" : "." + setting),
                          expected);
    } catch (const PluginRefused& refused) {
        diagnostics.error(entry.location, keyOf(entry) + ".checker", refused.what());
    }
    return nullptr;
}

// Who takes a plugin away wants its checks to go; one that was never there is a mistake.
void dropRemoved(Settings& settings, const PluginRegistry& registry, Diagnostics& diagnostics) {
    std::erase_if(settings.checks, [&](const CheckEntry& entry) {
        if (!registry.wasRemoved(entry.policy.checker)) return false;
        diagnostics.warning(entry.location, keyOf(entry), "is left out: its checker's plugin was removed");
        return true;
    });
}

} // namespace

Settings loadSettings(const std::string& configFile, Diagnostics& diagnostics) {
    auto settings = load(configFile, diagnostics);
    placeSockets(settings.admin);
    if (!settings.plugins.pathWritten) settings.plugins.path = {pluginDirectory()};
    return settings;
}

void findPlugins(const Settings& settings, PluginRegistry& registry, Diagnostics& diagnostics) {
    registry.scan(settings.plugins.path);
    const auto place = [&](const std::string& directory) {
        const auto line = settings.plugins.lines.find(directory);
        return Location{settings.file, line == settings.plugins.lines.end() ? 0 : line->second};
    };
    for (const auto& [directory, reason, death] : registry.refusedDirectories()) {
        if (settings.plugins.pathWritten || std::filesystem::exists(directory))
            diagnostics.error(place(directory), "plugins.path", std::string(directory).append(" ").append(reason));
    }
    for (const auto& directory : registry.emptyDirectories()) {
        diagnostics.warning(place(directory), "plugins.path", directory + " holds no plugins (*.so)");
    }
    for (const auto& plugin : registry.refused()) diagnostics.warning({plugin.file, 0}, "", plugin.reason);
}

Settings configure(const std::string& configFile, PluginEnvironment& environment, Diagnostics& diagnostics) {
    auto& registry = environment.registry();
    auto settings = loadSettings(configFile, diagnostics);
    findPlugins(settings, registry, diagnostics);
    dropRemoved(settings, registry, diagnostics);
    resolve(settings, registry.checkers(), registry.refused(), diagnostics);
    diagnostics.mask(settings.secrets);
    environment.mask(settings.secrets); // first, because new checks have new secrets
    return settings;
}

Checks createChecks(const Settings& settings, PluginEnvironment& environment, Diagnostics& diagnostics) {
    Checks checks;
    diagnostics.mask(settings.secrets);
    environment.workers().newChance();
    for (const auto& entry : settings.checks) {
        const bool runnable =
            !entry.unusable.empty() || environment.registry().provider(entry.policy.checker) != nullptr;
        if (diagnostics.hasErrorsAt(keyOf(entry)) || !runnable) continue;
        if (auto check = create(entry, environment, diagnostics)) checks.push_back(std::move(check));
    }
    if (diagnostics.hasErrors()) checks.clear();
    return checks;
}

Assembly assemble(const std::string& configFile, PluginEnvironment& environment, Diagnostics& diagnostics) {
    Assembly assembly;
    assembly.settings = configure(configFile, environment, diagnostics);
    assembly.checks = createChecks(assembly.settings, environment, diagnostics);
    return assembly;
}

} // namespace probehost
