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
        const auto name = entry.path().filename().string();
        if (name.ends_with(".so") && !name.starts_with(".")) files.push_back(entry.path().string());
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
    plugins_.clear();
    refused_.clear();
    directories_.clear();
    empty_.clear();
    auto files = filesIn(directories);
    // Who offers a checker keeps it, whatever file comes to offer it, too.
    std::stable_partition(files.begin(), files.end(), [&](const auto& file) { return former.contains(file); });
    addAll(files, former);
    for (const auto& [file, version] : former)
        if (inRefusedFolder(file)) versions_.emplace(file, version); // for when it can be looked into again
    for (const auto& plugin : plugins_)
        for (const auto& checker : plugin.description.checkers) origins_[checker.name] = plugin.description.file;
    std::erase_if(libraries_, [this](const auto& entry) {
        return std::ranges::none_of(plugins_, [&](const auto& plugin) { return plugin.image == entry.first; });
    });
}

std::vector<std::string> PluginRegistry::filesIn(const std::vector<std::string>& directories) {
    std::vector<std::string> all;
    for (const auto& directory : directories) {
        try {
            for (auto& file : filesIn(directory))
                if (std::ranges::find(all, file) == all.end())
                    all.push_back(std::move(file)); // or it stands there twice
        } catch (const fs::filesystem_error& failure) {
            directories_.push_back({directory, failure.code().message()});
        } catch (const PluginRefused& refused) {
            directories_.push_back({directory, refused.what()});
        }
    }
    return all;
}

std::vector<std::string> PluginRegistry::filesIn(const std::string& directory) {
    if (!fs::exists(directory)) throw PluginRefused("does not exist");
    if (!fs::is_directory(directory)) throw PluginRefused("is not a directory");
    requireTrusted(directory);
    auto files = sharedObjects(directory);
    if (files.empty()) empty_.push_back(directory);
    return files;
}

void PluginRegistry::addAll(const std::vector<std::string>& files, const std::map<std::string, Version>& former) {
    std::vector<std::future<Version>> versions; // side by side, because one may take seconds
    for (const auto& file : files) {
        const auto known = former.find(file);
        const auto* before = known == former.end() ? nullptr : &known->second;
        versions.push_back(std::async([this, file, before] { return inspect(file, before); }));
    }
    for (size_t i = 0; i < files.size(); i++) {
        try {
            add(versions[i].get());
        } catch (const PluginDied& died) {
            refuse({files[i], died.what(), died.death}, former);
        } catch (const PluginRefused& refused) {
            refuse({files[i], refused.what()}, former);
        }
    }
}

void PluginRegistry::refuse(const RefusedPlugin& plugin, const std::map<std::string, Version>& former) {
    const auto before = former.find(plugin.file);
    refused_.push_back(plugin);
    if (before == former.end() || !fs::exists(plugin.file)) return;
    try {
        add(before->second);
        refused_.back().reason += "; the version before stays in use";
    } catch (const PluginRefused&) {
        return; // another file has its checkers by now
    }
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

bool PluginRegistry::inRefusedFolder(const std::string& file) const {
    const auto folder = fs::path(file).parent_path();
    return std::ranges::any_of(
        directories_, [&](const auto& refused) { return (fs::path(refused.file) / "").parent_path() == folder; });
}

bool PluginRegistry::wasRemoved(const std::string& checker) const {
    const auto origin = origins_.find(checker);
    if (origin == origins_.end() || provider(checker) != nullptr) return false;
    std::error_code failed;
    return !inRefusedFolder(origin->second) && !fs::exists(origin->second, failed);
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
