// Walks the plugin path.
#include "plugin/plugin_registry.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>

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
    std::map<std::string, std::future<PluginDescription>> described; // side by side, because one may take seconds
    for (const auto& file : files) {
        if (!isKnown(file)) described[file] = std::async([this, file] { return inspect(file); });
    }
    for (auto& [file, description] : described) {
        try {
            add(description.get());
        } catch (const PluginRefused& refused) {
            refused_.push_back({file, refused.what()});
        }
    }
}

bool PluginRegistry::isKnown(const std::string& file) const {
    return std::ranges::any_of(plugins_, [&](const auto& plugin) { return plugin.file == file; });
}

PluginDescription PluginRegistry::inspect(const std::string& file) const {
    requireNotWorldWritable(file);
    return describe_(file);
}

void PluginRegistry::add(PluginDescription plugin) {
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
