// Walks the plugin path.
#include "plugin/plugin_registry.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace probehost {

namespace {

namespace fs = std::filesystem;

// Whoever may write a plugin runs code as this host.
void requireNotWorldWritable(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0) {
        throw PluginRefused("is writable by everyone: chmod o-w it");
    }
}

std::vector<std::string> sharedObjects(const std::string& directory) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() == ".so") files.push_back(entry.path().string());
    }
    std::ranges::sort(files);
    return files;
}

} // namespace

void PluginRegistry::scan(const std::vector<std::string>& directories) {
    refused_.clear();
    directories_.clear();
    empty_.clear();
    for (const auto& directory : directories) {
        try {
            scanDirectory(directory);
        } catch (const fs::filesystem_error& failure) {
            directories_.push_back({directory, failure.code().message()});
        } catch (const PluginRefused& refused) {
            directories_.push_back({directory, refused.what()});
        }
    }
}

void PluginRegistry::scanDirectory(const std::string& directory) {
    if (!fs::exists(directory)) throw PluginRefused("does not exist");
    if (!fs::is_directory(directory)) throw PluginRefused("is not a directory");
    requireNotWorldWritable(directory);
    const auto files = sharedObjects(directory);
    if (files.empty()) empty_.push_back(directory);
    for (const auto& file : files) {
        try {
            add(file);
        } catch (const PluginRefused& refused) {
            refused_.push_back({file, refused.what()});
        }
    }
}

void PluginRegistry::add(const std::string& file) {
    if (std::ranges::any_of(plugins_, [&](const auto& plugin) { return plugin.file == file; })) return;
    requireNotWorldWritable(file);
    auto plugin = describe_(file);
    requireNewCheckers(plugin);
    plugins_.push_back(std::move(plugin));
}

void PluginRegistry::requireNewCheckers(const PluginDescription& plugin) const {
    for (const auto& checker : plugin.checkers) {
        const auto* other = provider(checker.name);
        if (other == nullptr) continue;
        throw PluginRefused("its checker \"" + checker.name + "\" is already provided by " + other->file);
    }
}

std::vector<CheckerInfo> PluginRegistry::checkers() const {
    std::vector<CheckerInfo> all;
    for (const auto& plugin : plugins_) std::ranges::copy(plugin.checkers, std::back_inserter(all));
    return all;
}

const PluginDescription* PluginRegistry::provider(const std::string& checker) const {
    for (const auto& plugin : plugins_) {
        if (std::ranges::any_of(plugin.checkers, [&](const auto& each) { return each.name == checker; }))
            return &plugin;
    }
    return nullptr;
}

const ph_checker& PluginRegistry::open(const std::string& checker) {
    const auto* plugin = provider(checker);
    if (plugin == nullptr) throw PluginRefused("nobody offers the checker " + checker);
    auto& library = libraries_[plugin->file];
    if (!library) library = std::make_unique<PluginLibrary>(plugin->file, host_);
    const auto* found = library->find(checker);
    if (found == nullptr) throw PluginRefused("it no longer offers the checker " + checker);
    return *found;
}

} // namespace probehost
