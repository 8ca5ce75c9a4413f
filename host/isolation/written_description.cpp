// The frame in which a worker would tell the same, with the version of who wrote it in front.
#include "isolation/written_description.hpp"

#include "isolation/payloads.hpp"
#include "plugin/plugin_file.hpp"

namespace probehost {

namespace {

constexpr auto sectionName = ".probehost.plugin";

std::optional<PluginDescription> understood(const std::string& bytes, const std::string& file) {
    FrameReader frame(bytes);
    if (frame.type() != FrameType::Loaded || frame.text() != PROBEHOST_VERSION) return std::nullopt;
    return readDescription(frame, file);
}

} // namespace

std::string descriptionToWrite(const PluginDescription& plugin) {
    FrameWriter frame(FrameType::Loaded);
    frame.text(PROBEHOST_VERSION);
    write(frame, plugin);
    return frame.bytes();
}

std::optional<PluginDescription> writtenDescription(const PluginImage& plugin) {
    inspectPluginFile(plugin.path());
    const auto bytes = contentsOf(plugin.path(), sectionName);
    if (bytes.empty()) return std::nullopt;
    try {
        return understood(bytes, plugin.file());
    } catch (const FrameBroken&) {
        return std::nullopt;
    }
}

} // namespace probehost
