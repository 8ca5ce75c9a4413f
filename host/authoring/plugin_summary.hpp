// What is to be known of one plugin file: what it says of itself as a file, and what it says when it is asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/plugin_description.hpp"
#include "plugin/plugin_file.hpp"

namespace probehost::authoring {

struct PluginSummary {
    PluginNote note;
    std::string buildId;                   // hexadecimal, or ""
    std::vector<std::string> libraries;    // that it needs, by name
    std::vector<std::string> versions;     // the highest of each of their families, such as GLIBC_2.34
    std::optional<PluginDescription> said; // nothing when it was not asked, or could not be
    std::string refusal;                   // why it could not be asked
};

// Throws PluginRefused for a file that is no plugin for this host. Nothing of the file runs in this process; with `ask`
// it runs in a worker, for a few seconds at most.
PluginSummary summarise(const std::string& file, bool ask);

// The checker of this name; without a name ("") the only one; nullptr when that does not say which.
const CheckerInfo* chosenChecker(const PluginDescription& plugin, const std::string& name);
// What to say when it does not.
std::string whichChecker(const PluginDescription& plugin, const std::string& name);

} // namespace probehost::authoring
