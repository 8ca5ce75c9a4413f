// What a check leaves out comes from its checker; what it says must fit its checker.
#include "config/check_resolver.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "config/duration.hpp"
#include "config/schema_wording.hpp"
#include "config/suggestion.hpp"
#include "config/with_settings.hpp"

namespace probehost {

namespace {

constexpr std::size_t longestText = 16 << 10;
constexpr auto defaultStaleAfter = std::chrono::minutes(1);

// What a check has of a checker that could not be asked.
CheckerInfo unknownInfo() {
    CheckerInfo info;
    info.probes.add(Probe::Ready);
    info.timeout = std::chrono::seconds(1);
    return info;
}

// "/plugins/libdisk_space.so" is named after "disk-space".
bool namedAfter(const std::string& file, std::string checker) {
    auto name = std::filesystem::path(file).stem().string();
    std::ranges::replace(name, '_', '-');
    std::ranges::replace(checker, '_', '-');
    return name == checker || name == "lib" + checker;
}

class Resolver {
  public:
    Resolver(const std::vector<CheckerInfo>& checkers, const std::vector<RefusedPlugin>& refused,
             const std::vector<std::string>& path, Diagnostics& diagnostics)
        : checkers_(checkers), refused_(refused), path_(path), diagnostics_(diagnostics) {}

    void run(CheckEntry& check) {
        if (check.policy.checker.empty()) return;
        const auto info = std::find_if(checkers_.begin(), checkers_.end(),
                                       [&](const CheckerInfo& one) { return one.name == check.policy.checker; });
        if (info == checkers_.end()) {
            if (const auto* died = deadPlugin(check.policy.checker)) return keepPlace(check, *died);
            if (mayLieElsewhere(check)) return;
            diagnostics_.error(check.unresolved.checkerLocation, key(check, "checker"), unknownChecker(check));
            return;
        }
        fillPolicy(check, *info);
        refuseExternalOnLive(check, *info);
        warnOfStaleness(check);
        warnOfNoProbes(check);
        readSettings(check, *info);
    }

  private:
    static std::string key(const CheckEntry& check, const std::string& name) {
        return "checks." + shownKey(check.policy.name) + "." + name;
    }

    // A plugin that died did not say what it offers, so its file's name has to do.
    const RefusedPlugin* deadPlugin(const std::string& checker) const {
        const auto found = std::ranges::find_if(refused_, [&](const RefusedPlugin& plugin) {
            return !plugin.death.empty() && namedAfter(plugin.file, checker);
        });
        return found == refused_.end() ? nullptr : &*found;
    }

    void keepPlace(CheckEntry& check, const RefusedPlugin& plugin) {
        fillPolicy(check, unknownInfo());
        check.unusable = "Checker " + plugin.death;
        diagnostics_.warning(check.unresolved.checkerLocation, key(check, "checker"),
                             "is unhealthy until a reload finds a better " +
                                 std::filesystem::path(plugin.file).filename().string() + ", which " + plugin.reason);
    }

    // An unusable plugin path is told of already, and explains every checker that is not merely misspelt.
    bool mayLieElsewhere(const CheckEntry& check) const {
        return diagnostics_.hasErrorsAt("plugins.path") && !suggestion(check.policy.checker, checkerNames());
    }

    std::string unknownChecker(const CheckEntry& check) const {
        const auto names = checkerNames();
        std::string text = "unknown checker";
        if (check.unresolved.checkerExpanded) text += ", from ${…}.";
        if (!check.unresolved.checkerExpanded) {
            text += " \"" + check.policy.checker + "\"";
            const auto meant = suggestion(check.policy.checker, names);
            text += meant ? ", did you mean \"" + *meant + "\"?" : ".";
        }
        const auto places = joined(path_);
        text += names.empty() ? " No checker was found in " + places : " Found in " + places + ": " + joined(names);
        std::vector<std::string> files;
        for (const auto& plugin : refused_) {
            files.push_back(std::filesystem::path(plugin.file).filename().string() + " (" + plugin.reason + ")");
        }
        return files.empty() ? text : text + ". Refused: " + joined(files);
    }

    std::vector<std::string> checkerNames() const {
        std::vector<std::string> names;
        for (const auto& checker : checkers_) names.push_back(checker.name);
        std::sort(names.begin(), names.end());
        return names;
    }

    static void fillPolicy(CheckEntry& check, const CheckerInfo& info) {
        auto& policy = check.policy;
        const auto& written = check.unresolved;
        policy.probes = written.probes.value_or(info.probes);
        policy.timeout = written.timeout.value_or(info.timeout);
        policy.interval = written.interval.value_or(info.interval);
        policy.maxAge = written.maxAge.value_or(info.maxAge);
        policy.staleAfter = written.staleAfter.value_or(std::max<milliseconds>(defaultStaleAfter, 3 * policy.interval));
    }

    void refuseExternalOnLive(const CheckEntry& check, const CheckerInfo& info) {
        if (!check.policy.probes.has(Probe::Live) || info.local || check.forceLive) return;
        diagnostics_.error(check.unresolved.probesLocation, key(check, "probes"),
                           "live with the checker " + info.name +
                               ", which looks at something outside: its failure would restart every instance of the "
                               "service; use ready, or insist with force_live: true");
    }

    void warnOfStaleness(const CheckEntry& check) {
        const auto& policy = check.policy;
        if (!check.unresolved.staleAfter || policy.staleAfter >= policy.interval) return;
        diagnostics_.warning(check.unresolved.staleAfterLocation, key(check, "stale_after"),
                             "shorter than the interval of " + durationText(policy.interval) +
                                 ", so the check is stale between its runs");
    }

    void warnOfNoProbes(const CheckEntry& check) {
        if (!check.policy.probes.empty() || check.unresolved.probes) return;
        diagnostics_.warning(check.location, key(check, "probes"), "counts for no probe: write probes: [ready]");
    }

    void readSettings(CheckEntry& check, const CheckerInfo& info) {
        const auto& with = check.unresolved.with;
        if (with.failed) return;
        noteLines(check, with, "");
        if (!with.isMap() && with.kind != ConfigNode::Kind::Nothing) {
            diagnostics_.error({check.location.file, with.line}, key(check, "with"),
                               "expected a map of keys, found " + kindInWords(with));
            return;
        }
        if (!fit(check, with, "")) return;
        try {
            const auto& schema = schemaOf(info);
            const SchemaPlace root(schema.json());
            auto read = withSettings(with, root);
            complain(check, inWords(schema.validate(read.json), with, root));
            check.settings = std::move(read.settings);
        } catch (const SchemaFault& fault) {
            diagnostics_.error(check.unresolved.checkerLocation, key(check, "checker"),
                               "the plugin " + info.pluginFile + " is faulty: the settings schema of " + info.name +
                                   " cannot be used: " + fault.what());
        }
    }

    // Longer texts would cost more than there is of stack where a schema's pattern is tried on them.
    bool fit(const CheckEntry& check, const ConfigNode& node, const std::string& path) {
        bool all = node.text.size() <= longestText;
        if (!all) {
            diagnostics_.error({check.location.file, node.line}, key(check, "with" + path),
                               "expected at most 16 KiB of text");
        }
        for (const auto& member : node.members)
            all = fit(check, member.value, path + "." + shownKey(member.name)) && all;
        for (std::size_t i = 0; i < node.items.size(); ++i)
            all = fit(check, node.items[i], path + "[" + std::to_string(i) + "]") && all;
        return all;
    }

    const SettingsSchema& schemaOf(const CheckerInfo& info) {
        auto& schema = schemas_[info.name];
        if (!schema) schema = std::make_unique<SettingsSchema>(info.settingsSchema);
        return *schema;
    }

    void complain(const CheckEntry& check, const std::vector<SettingsComplaint>& complaints) {
        for (const auto& [line, settingsKey, message] : complaints) {
            // Absent settings have no line of their own.
            const Location location{check.location.file, line > 0 ? line : check.location.line};
            const auto below = settingsKey.empty() || settingsKey.front() == '[' ? settingsKey : "." + settingsKey;
            diagnostics_.error(location, key(check, "with") + below, message);
        }
    }

    // As a checker names its settings: "tls.ca_file".
    static void noteLines(CheckEntry& check, const ConfigNode& node, const std::string& path) {
        for (const auto& member : node.members) {
            const auto key = path + (path.empty() ? "" : ".") + member.name;
            check.settingLines.emplace(key, member.line);
            noteLines(check, member.value, key);
        }
    }

    const std::vector<CheckerInfo>& checkers_;
    const std::vector<RefusedPlugin>& refused_;
    const std::vector<std::string>& path_;
    Diagnostics& diagnostics_;
    std::map<std::string, std::unique_ptr<SettingsSchema>> schemas_;
};

} // namespace

void resolve(Settings& settings, const std::vector<CheckerInfo>& checkers, const std::vector<RefusedPlugin>& refused,
             Diagnostics& diagnostics) {
    Resolver resolver(checkers, refused, settings.plugins.path, diagnostics);
    auto& secrets = settings.secrets;
    for (auto& check : settings.checks) {
        resolver.run(check);
        check.unresolved = {};
        secrets.insert(secrets.end(), check.settings.secrets.begin(), check.settings.secrets.end());
    }
    std::sort(secrets.begin(), secrets.end());
    secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
}

} // namespace probehost
