// From files to settings: the main file, then each included one, every error of each of them reported.
#include "config/settings_loader.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "config/check_section.hpp"
#include "config/config_document.hpp"
#include "config/config_section.hpp"
#include "config/host_settings.hpp"
#include "config/include_files.hpp"
#include "config/secret_patterns.hpp"
#include "config/suggestion.hpp"
#include "config/text_file.hpp"

namespace probehost {

namespace {

constexpr auto defaultInclude = "conf.d/*.yaml";

void collectSecrets(const ConfigNode& node, std::vector<std::string>& secrets) {
    // Masking "true" would only spoil every output.
    for (const auto& secret : node.secrets) {
        if (secret != "true" && secret != "false") secrets.push_back(secret);
    }
    const auto within = secretsWithin(node.text);
    secrets.insert(secrets.end(), within.begin(), within.end());
    for (const auto& item : node.items) collectSecrets(item, secrets);
    for (const auto& member : node.members) collectSecrets(member.value, secrets);
}

class Loader {
  public:
    Loader(const std::string& path, Diagnostics& diagnostics) : diagnostics_(diagnostics) { settings_.file = path; }

    Settings run() {
        const auto& file = settings_.file;
        const auto root = document(file);
        if (!root) return std::move(settings_);
        if (root->kind == ConfigNode::Kind::Nothing) {
            diagnostics_.error({file}, "", "is empty; expected a map of keys, at least \"checks: {}\"");
            return std::move(settings_);
        }
        ConfigSection top(&*root, "", file, diagnostics_);
        readTop(top);
        readChecks(top.section("checks"), top.node("checks"), file);
        includeFiles(top);
        top.rejectUnknown();
        return std::move(settings_);
    }

  private:
    std::optional<ConfigNode> document(const std::string& file) {
        auto root = readDocument(file, diagnostics_);
        if (root) collectSecrets(*root, settings_.secrets);
        return root;
    }

    void readTop(ConfigSection& top) {
        settings_.service = top.text("service").value_or("");
        if (settings_.service.size() > 128) top.error("service", "expected at most 128 bytes");
        readServer(top.section("server"), settings_.server);
        readAdmin(top.section("admin"), settings_.file, settings_.admin);
        readPlugins(top.section("plugins"), settings_.file, settings_.plugins);
        if (!settings_.server.token.empty()) settings_.secrets.push_back(settings_.server.token);
    }

    void readChecks(ConfigSection section, const ConfigNode* node, const std::string& file) {
        if (node == nullptr || !node->isMap()) return;
        for (const auto& [name, line, value] : node->members) {
            const Location location{file, line};
            if (const auto wrong = wrongWithCheckName(name); !wrong.empty()) section.error(name, wrong);
            ConfigSection entry(&value, section.pathOf(name), file, diagnostics_);
            if (value.kind != ConfigNode::Kind::Map && value.kind != ConfigNode::Kind::Nothing) continue;
            auto check = readCheck(name, std::move(entry), location);
            const auto [first, isNew] = locations_.emplace(name, location);
            if (isNew) {
                settings_.checks.push_back(std::move(check));
            } else {
                const auto& other = first->second;
                section.error(name, "is a check of " + other.file + ":" + std::to_string(other.line) +
                                        " already; give one of them another name");
            }
        }
    }

    void includeFiles(ConfigSection& top) {
        if (top.node("include") == nullptr) {
            for (const auto& file : matching(top, defaultInclude, std::nullopt)) includeFile(file);
            return;
        }
        const auto items = top.texts("include", "[conf.d/*.yaml]");
        if (!items) return;
        for (const auto& item : *items) {
            for (const auto& file : matching(top, item.node->text, item)) includeFile(file);
        }
    }

    std::vector<std::string> matching(ConfigSection& top, const std::string& pattern,
                                      const std::optional<ConfigSection::Item>& item) {
        const auto whole = besideFile(settings_.file, pattern);
        settings_.includeFolders.push_back(std::filesystem::path(whole).parent_path());
        auto found = filesMatching(whole);
        auto* files = std::get_if<std::vector<std::string>>(&found);
        const bool missing = item && files != nullptr && files->empty() && !hasWildcard(pattern);
        if (files != nullptr && !missing) return std::move(*files);
        const auto why = missing ? "no such file" : std::get<std::string>(found);
        if (item) {
            top.error(*item->node, item->path, why);
        } else {
            top.error("include", std::string(defaultInclude) + ": " + why);
        }
        return {};
    }

    void includeFile(const std::string& file) {
        const auto isThis = [&](const std::string& other) { return sameFile(other, file); };
        auto& included = settings_.includedFiles;
        if (isThis(settings_.file) || std::any_of(included.begin(), included.end(), isThis)) return;
        included.push_back(file);
        const auto root = document(file);
        if (!root || root->kind == ConfigNode::Kind::Nothing) return;
        ConfigSection top(&*root, "", file, diagnostics_);
        readChecks(top.section("checks"), top.node("checks"), file);
        for (const auto& member : root->members) {
            if (member.name != "checks")
                diagnostics_.error({file, member.line}, shownKey(member.name), misplaced(member.name));
        }
    }

    std::string misplaced(const std::string& key) const {
        for (const std::string ofMainFile : {"service", "server", "admin", "plugins", "include"}) {
            if (key == ofMainFile) return "an included file holds checks only; move this to " + settings_.file;
        }
        return "unknown key" + hint(key, {"checks"});
    }

    Diagnostics& diagnostics_;
    Settings settings_;
    std::map<std::string, Location> locations_;
};

} // namespace

Settings load(const std::string& path, Diagnostics& diagnostics) { return Loader(path, diagnostics).run(); }

} // namespace probehost
