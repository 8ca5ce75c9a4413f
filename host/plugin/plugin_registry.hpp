// All plugins of the plugin path: what each offers, and why a file is not used.
#pragma once

#include <probehost/abi.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/plugin_description.hpp"
#include "plugin/plugin_library.hpp"
#include "plugin/refused_plugin.hpp"

namespace probehost {

class PluginRegistry {
  public:
    // What a file says of itself, without running any of it in this process; throws PluginRefused. Any thread, and
    // several at once.
    using Describe = std::function<PluginDescription(const std::string& file)>;

    // `host` outlives the process' last plugin call.
    PluginRegistry(const ph_host* host, Describe describe) : host_(host), describe_(std::move(describe)) {}

    // Looks at every *.so of these folders, in the order of the path and of the names; the first to offer a checker has
    // it. Files that are known already stay as they are. Never throws for what it finds.
    void scan(const std::vector<std::string>& directories);

    const std::vector<PluginDescription>& plugins() const { return plugins_; }
    const std::vector<RefusedPlugin>& refused() const { return refused_; }                // files
    const std::vector<RefusedPlugin>& refusedDirectories() const { return directories_; } // missing, unreadable, unsafe
    const std::vector<std::string>& emptyDirectories() const { return empty_; }           // without any *.so

    std::vector<CheckerInfo> checkers() const;
    // Who offers a checker; nullptr when nobody does. Valid until the next scan().
    const PluginDescription* provider(const std::string& checker) const;

    // The checker, its plugin being opened in this process if need be; throws PluginRefused.
    const ph_checker& open(const std::string& checker);

  private:
    void scanDirectory(const std::string& directory);
    bool isKnown(const std::string& file) const;
    PluginDescription inspect(const std::string& file) const;
    void add(PluginDescription plugin);
    void requireNewCheckers(const PluginDescription& plugin) const;

    const ph_host* host_;
    Describe describe_;
    std::vector<PluginDescription> plugins_;
    std::map<std::string, std::unique_ptr<PluginLibrary>> libraries_; // by file
    std::vector<RefusedPlugin> refused_;
    std::vector<RefusedPlugin> directories_;
    std::vector<std::string> empty_;
};

} // namespace probehost
