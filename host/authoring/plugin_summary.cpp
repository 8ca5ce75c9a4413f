// The file first, then the plugin.
#include "authoring/plugin_summary.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "authoring/elf_image.hpp"
#include "authoring/recording_services.hpp"
#include "config/suggestion.hpp"
#include "isolation/worker_fleet.hpp"
#include "plugin/installation.hpp"

namespace probehost::authoring {

namespace {

// Of GLIBC_2.4 and GLIBC_2.34 the latter.
std::vector<std::string> highestOfEach(const std::vector<std::string>& versions) {
    std::map<std::string, std::string> highest;
    for (const auto& version : versions) {
        auto& known = highest[version.substr(0, version.find('_'))];
        if (strverscmp(known.c_str(), version.c_str()) < 0) known = version;
    }
    std::vector<std::string> all;
    for (const auto& [family, version] : highest) all.push_back(version);
    return all;
}

} // namespace

PluginSummary summarise(const std::string& file, bool ask) {
    PluginSummary summary;
    summary.note = inspectPluginFile(file);
    const auto image = readElf(file);
    summary.buildId = image.buildId;
    summary.libraries = image.needed;
    summary.versions = highestOfEach(image.symbolVersions);
    if (!ask) return summary;
    RecordingServices services;
    try {
        summary.said = WorkerFleet(workerProgram(), services).describe(file);
    } catch (const PluginRefused& refused) {
        summary.refusal = refused.what();
    }
    return summary;
}

const CheckerInfo* chosenChecker(const PluginDescription& plugin, const std::string& name) {
    if (name.empty()) return plugin.checkers.size() == 1 ? &plugin.checkers.front() : nullptr;
    const auto found = std::ranges::find(plugin.checkers, name, &CheckerInfo::name);
    return found == plugin.checkers.end() ? nullptr : &*found;
}

std::string whichChecker(const PluginDescription& plugin, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& checker : plugin.checkers) names.push_back(checker.name);
    if (!name.empty()) return "it has no checker \"" + name + '"' + hint(name, names);
    return "it has several checkers: choose with --checker one of " + joined(names);
}

} // namespace probehost::authoring
