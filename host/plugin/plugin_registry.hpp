// All plugins of the plugin path: what each offers, and why a file is not used.
#pragma once

#include <probehost/abi.h>

#include <memory>
#include <string>
#include <vector>

#include "plugin/checker_info.hpp"
#include "plugin/plugin_library.hpp"
#include "plugin/plugin_trial.hpp"
#include "plugin/refused_plugin.hpp"

namespace probehost {

class PluginRegistry {
  public:
    // `host` outlives the process' last plugin call.
    PluginRegistry(const ph_host* host, PluginTrial trial) : host_(host), trial_(std::move(trial)) {}

    // Opens every *.so of these folders, in the order of the path and of the names; the first to offer a checker has
    // it. Files that are open already stay as they are. Never throws for what it finds.
    void scan(const std::vector<std::string>& directories);

    const std::vector<std::unique_ptr<PluginLibrary>>& libraries() const { return libraries_; }
    const std::vector<RefusedPlugin>& refused() const { return refused_; }                // files
    const std::vector<RefusedPlugin>& refusedDirectories() const { return directories_; } // missing, unreadable, unsafe
    const std::vector<std::string>& emptyDirectories() const { return empty_; }           // without any *.so

    std::vector<CheckerInfo> checkers() const;
    const ph_checker* find(const std::string& checker) const;

  private:
    void scanDirectory(const std::string& directory);
    void open(const std::string& file);
    void requireNewCheckers(const PluginLibrary& library) const;

    const ph_host* host_;
    PluginTrial trial_;
    std::vector<std::unique_ptr<PluginLibrary>> libraries_;
    std::vector<RefusedPlugin> refused_;
    std::vector<RefusedPlugin> directories_;
    std::vector<std::string> empty_;
};

} // namespace probehost
