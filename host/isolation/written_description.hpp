// What a plugin says of itself, written into its file by the build, so that a start need not open it to know.
//
// Only plugins that come with probehost have it, and it is believed of no others: it says nothing about whether code of
// strangers survives being opened.
#pragma once

#include <optional>
#include <string>

#include "plugin/plugin_description.hpp"
#include "plugin/plugin_image.hpp"

namespace probehost {

// The bytes of the section ".probehost.plugin".
std::string descriptionToWrite(const PluginDescription& plugin);

// nullopt when the file has none, or one that another version of probehost wrote. Throws PluginRefused for a file that
// is no plugin for this host. Any thread.
std::optional<PluginDescription> writtenDescription(const PluginImage& plugin);

} // namespace probehost
