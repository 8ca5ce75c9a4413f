// All plugins of the plugin path: what each offers, and why a file is not used.
#pragma once

#include <probehost/abi.h>
#include <sys/stat.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/plugin_description.hpp"
#include "plugin/plugin_library.hpp"
#include "plugin/refused_plugin.hpp"

namespace probehost {

// One version of a plugin's file.
struct Plugin {
    PluginImage image;
    PluginDescription description;
};

class PluginRegistry {
  public:
    // What a plugin says of itself, without running any of it in this process; throws PluginRefused. Any thread, and
    // several at once.
    using Describe = std::function<PluginDescription(const PluginImage& plugin)>;

    // `host` outlives the process' last plugin call.
    PluginRegistry(const ph_host* host, Describe describe) : host_(host), describe_(std::move(describe)) {}

    // Looks at every *.so of these folders, in the order of the path and of the names, those with a leading dot left
    // out; the first to offer a checker has it and keeps it. Files that have not changed stay as they are; where a
    // changed one is refused, the version before stays. Never throws for what it finds.
    void scan(const std::vector<std::string>& directories);

    const std::vector<Plugin>& plugins() const { return plugins_; }
    const std::vector<RefusedPlugin>& refused() const { return refused_; }                // files
    const std::vector<RefusedPlugin>& refusedDirectories() const { return directories_; } // missing, unreadable, unsafe
    const std::vector<std::string>& emptyDirectories() const { return empty_; }           // without any *.so

    std::vector<CheckerInfo> checkers() const;
    // Who offers a checker; nullptr when nobody does. Valid until the next scan().
    const Plugin* provider(const std::string& checker) const;
    // Nobody offers it any more, because the file that did was removed from a folder that can be looked into.
    bool wasRemoved(const std::string& checker) const;

    // The checker, its plugin being opened in this process if need be; throws PluginRefused.
    std::shared_ptr<const ph_checker> open(const std::string& checker);

  private:
    struct Version { // of a file, as it was found
        struct stat status {};
        Plugin plugin;
    };

    std::vector<std::string> filesIn(const std::vector<std::string>& directories);
    std::vector<std::string> filesIn(const std::string& directory);
    void addAll(const std::vector<std::string>& files, const std::map<std::string, Version>& former);
    Version inspect(const std::string& file, const Version* former) const;
    void add(Version version);
    void refuse(const RefusedPlugin& plugin, const std::map<std::string, Version>& former);
    bool inRefusedFolder(const std::string& file) const;
    void requireNewCheckers(const PluginDescription& plugin) const;

    const ph_host* host_;
    Describe describe_;
    std::vector<Plugin> plugins_;
    std::map<std::string, Version> versions_; // of plugins_, by file
    std::map<PluginImage, std::shared_ptr<const PluginLibrary>> libraries_;
    std::map<std::string, std::string> origins_; // of each checker that ever was, its last file
    std::vector<RefusedPlugin> refused_;
    std::vector<RefusedPlugin> directories_;
    std::vector<std::string> empty_;
};

} // namespace probehost
