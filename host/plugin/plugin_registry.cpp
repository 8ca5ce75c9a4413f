// Walks the plugin path.
#include "plugin/plugin_registry.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>

#include "plugin/file_trust.hpp"

namespace probehost {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> sharedObjects(const std::string& directory) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() == ".so") files.push_back(entry.path().string());
    }
    std::ranges::sort(files);
    return files;
}

bool sameTime(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

bool unchanged(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && sameTime(a.st_mtim, b.st_mtim) &&
           sameTime(a.st_ctim, b.st_ctim);
}

bool offers(const PluginDescription& plugin, const std::string& checker) {
    return std::ranges::any_of(plugin.checkers, [&](const auto& each) { return each.name == checker; });
}

} // namespace

void PluginRegistry::scan(const std::vector<std::string>& directories) {
    const auto former = std::exchange(versions_, {});
    const auto formerPlugins = std::exchange(plugins_, {});
    refused_.clear();
    directories_.clear();
    empty_.clear();
    for (const auto& directory : directories) {
        try {
            scanDirectory(directory, former);
        } catch (const fs::filesystem_error& failure) {
            directories_.push_back({directory, failure.code().message()});
        } catch (const PluginRefused& refused) {
            directories_.push_back({directory, refused.what()});
        }
    }
    rememberRemoved(formerPlugins);
    std::erase_if(libraries_, [this](const auto& entry) {
        return std::ranges::none_of(plugins_, [&](const auto& plugin) { return plugin.image == entry.first; });
    });
}

void PluginRegistry::scanDirectory(const std::string& directory, const std::map<std::string, Version>& former) {
    if (!fs::exists(directory)) throw PluginRefused("does not exist");
    if (!fs::is_directory(directory)) throw PluginRefused("is not a directory");
    requireTrusted(directory);
    const auto files = sharedObjects(directory);
    if (files.empty()) empty_.push_back(directory);
    std::map<std::string, std::future<Version>> versions; // side by side, because one may take seconds
    for (const auto& file : files) {
        if (versions_.contains(file)) continue; // the folder stands twice in the path
        const auto known = former.find(file);
        const auto* before = known == former.end() ? nullptr : &known->second;
        versions[file] = std::async([this, file, before] { return inspect(file, before); });
    }
    for (auto& [file, version] : versions) {
        try {
            add(version.get());
        } catch (const PluginDied& died) {
            refuse({file, died.what(), died.death}, former);
        } catch (const PluginRefused& refused) {
            refuse({file, refused.what()}, former);
        }
    }
}

void PluginRegistry::refuse(const RefusedPlugin& plugin, const std::map<std::string, Version>& former) {
    const auto before = former.find(plugin.file);
    refused_.push_back(plugin);
    if (before == former.end() || !fs::exists(plugin.file)) return;
    refused_.back().reason += "; the version before stays in use";
    add(before->second);
}

PluginRegistry::Version PluginRegistry::inspect(const std::string& file, const Version* former) const {
    struct stat status {};
    requireTrusted(file);
    if (former != nullptr && stat(file.c_str(), &status) == 0 && unchanged(status, former->status)) return *former;
    stat(file.c_str(), &status);
    const auto image = PluginImage::copyOf(file);
    if (former != nullptr && image.sameBytes(former->plugin.image)) return {status, former->plugin};
    return {status, {image, describe_(image)}};
}

void PluginRegistry::add(Version version) {
    requireNewCheckers(version.plugin.description);
    plugins_.push_back(version.plugin);
    versions_.emplace(version.plugin.description.file, std::move(version));
}

void PluginRegistry::requireNewCheckers(const PluginDescription& plugin) const {
    for (const auto& checker : plugin.checkers) {
        const auto* other = provider(checker.name);
        if (other == nullptr) continue;
        throw PluginRefused("its checker \"" + checker.name + "\" is already provided by " + other->description.file);
    }
}

void PluginRegistry::rememberRemoved(const std::vector<Plugin>& former) {
    for (const auto& plugin : former) {
        std::error_code failed;
        if (fs::exists(plugin.description.file, failed)) continue;
        for (const auto& checker : plugin.description.checkers) removed_.insert(checker.name);
    }
}

std::vector<CheckerInfo> PluginRegistry::checkers() const {
    std::vector<CheckerInfo> all;
    for (const auto& plugin : plugins_) std::ranges::copy(plugin.description.checkers, std::back_inserter(all));
    return all;
}

const Plugin* PluginRegistry::provider(const std::string& checker) const {
    const auto found =
        std::ranges::find_if(plugins_, [&](const auto& plugin) { return offers(plugin.description, checker); });
    return found == plugins_.end() ? nullptr : &*found;
}

bool PluginRegistry::wasRemoved(const std::string& checker) const {
    return removed_.contains(checker) && provider(checker) == nullptr;
}

std::shared_ptr<const ph_checker> PluginRegistry::open(const std::string& checker) {
    const auto* plugin = provider(checker);
    if (plugin == nullptr) throw PluginRefused("nobody offers the checker " + checker);
    auto& library = libraries_[plugin->image];
    if (!library) library = std::make_shared<const PluginLibrary>(plugin->image, host_);
    const auto* found = library->find(checker);
    if (found == nullptr) throw PluginRefused("it no longer offers the checker " + checker);
    return {library, found};
}

} // namespace probehost
