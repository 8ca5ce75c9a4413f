// One opened plugin: its table, checked against the ABI. Never closed, because its threads and thread-local
// destructors may outlive any moment at which closing would seem safe.
#pragma once

#include <probehost/abi.h>

#include <string>
#include <vector>

#include "plugin/plugin_description.hpp"
#include "plugin/plugin_file.hpp"
#include "plugin/plugin_image.hpp"

namespace probehost {

class PluginLibrary {
  public:
    // Opens, asks the entry function, checks everything it says, and calls init; throws PluginRefused.
    // Runs the plugin's code, so a file that is not known to survive this is tried in another process first.
    PluginLibrary(const PluginImage& image, const ph_host* host);
    ~PluginLibrary(); // after the last of its checks

    PluginLibrary(const PluginLibrary&) = delete;
    PluginLibrary& operator=(const PluginLibrary&) = delete;

    const std::string& file() const { return image_.file(); }
    const ph_plugin& plugin() const { return *plugin_; }
    PluginDescription describe() const;
    const ph_checker* find(const std::string& checker) const;

  private:
    static ph_entry_fn entry(void* handle);
    void requireSound() const;
    void requireSupported() const;
    void requireCheckers() const;
    void initialise(const ph_host* host) const;

    const PluginImage image_;
    const ph_plugin* plugin_ = nullptr;
};

} // namespace probehost
