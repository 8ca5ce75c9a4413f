// probehost plugins: what is there, and why a file is not used.
#include <Poco/JSON/Object.h>

#include <filesystem>
#include <iostream>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/diagnostics_output.hpp"
#include "cli/terminal.hpp"
#include "server/assembly.hpp"
#include "server/plugin_environment.hpp"

namespace probehost::cli {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string probesText(const ProbeSet& probes) {
    std::string text;
    for (const auto probe : allProbes) {
        if (probes.has(probe)) text += (text.empty() ? "" : ",") + std::string(name(probe));
    }
    return text;
}

std::vector<RefusedPlugin> allRefused(const PluginRegistry& registry) {
    auto all = registry.refusedDirectories();
    all.insert(all.end(), registry.refused().begin(), registry.refused().end());
    for (const auto& directory : registry.emptyDirectories()) all.push_back({directory, "holds no plugins (*.so)"});
    return all;
}

Array::Ptr probesList(const ProbeSet& probes) {
    Array::Ptr list = new Array;
    for (const auto probe : allProbes) {
        if (probes.has(probe)) list->add(std::string(name(probe)));
    }
    return list;
}

std::string text(const PluginRegistry& registry, const Redactor& redactor) {
    Table table({"CHECKER", "PLUGIN", "VERSION", "SCOPE", "PROBES", "TIMEOUT", "INTERVAL", "WHAT IT DOES"});
    for (const auto& [image, plugin] : registry.plugins()) {
        for (const auto& checker : plugin.checkers) {
            table.add({{checker.name, Colour::Bold},
                       {printable(redactor.redact(plugin.file))},
                       {printable(plugin.version)},
                       {checker.local ? "local" : "external"},
                       {probesText(checker.probes)},
                       {std::to_string(checker.timeout.count()) + "ms"},
                       {std::to_string(checker.interval.count()) + "ms"},
                       {printable(checker.summary)}});
        }
    }
    std::string out = registry.plugins().empty() ? "no plugins\n" : table.text();
    for (const auto& [file, reason, death] : allRefused(registry)) {
        out += coloured("refused", Colour::Red) + "  " + printable(redactor.redact(file)) + ": " +
               printable(redactor.redact(reason)) + '\n';
    }
    return out;
}

Object::Ptr json(const CheckerInfo& checker, const std::string& version, const Redactor& redactor) {
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    object->set("checker", checker.name);
    object->set("plugin", redactor.redact(checker.pluginFile));
    object->set("version", version);
    object->set("summary", checker.summary);
    object->set("scope", checker.local ? "local" : "external");
    object->set("probes", probesList(checker.probes));
    object->set("timeout_ms", checker.timeout.count());
    object->set("interval_ms", checker.interval.count());
    object->set("max_age_ms", checker.maxAge.count());
    return object;
}

std::string json(const PluginRegistry& registry, const Redactor& redactor) {
    Array::Ptr checkers = new Array;
    for (const auto& [image, plugin] : registry.plugins()) {
        for (const auto& checker : plugin.checkers) checkers->add(json(checker, plugin.version, redactor));
    }
    Array::Ptr refused = new Array;
    for (const auto& [file, reason, death] : allRefused(registry)) {
        Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
        object->set("file", redactor.redact(file));
        object->set("reason", redactor.redact(reason));
        refused->add(object);
    }
    Object body(Poco::JSON_PRESERVE_KEY_ORDER);
    body.set("checkers", checkers);
    body.set("refused", refused);
    std::ostringstream out;
    body.stringify(out);
    return out.str() + '\n';
}

// Without a configuration there still is the folder that plugins are installed in.
Settings settingsFor(const PluginsOptions& options, Diagnostics& diagnostics) {
    Diagnostics ignored;
    const bool exists = std::filesystem::exists(options.config);
    auto settings = loadSettings(options.config, exists ? diagnostics : ignored);
    if (!options.path.empty()) settings.plugins.path = options.path;
    return settings;
}

} // namespace

int plugins(const PluginsOptions& options) {
    PluginEnvironment environment(Trial::All);
    Diagnostics diagnostics;
    const auto settings = settingsFor(options, diagnostics);
    if (options.path.empty() && printErrors(diagnostics)) return ConfigError;
    auto& registry = environment.registry();
    registry.scan(settings.plugins.path);
    const Redactor redactor(settings.secrets);
    std::cout << (options.format == Format::Json ? json(registry, redactor) : text(registry, redactor));
    return written(Ok, CannotWrite);
}

} // namespace probehost::cli
