// What frames carry, written and read field by field. Readers throw FrameBroken; what they return is bounded, but not
// yet fit to be shown.
#pragma once

#include <optional>

#include "health/checker.hpp"
#include "isolation/frame.hpp"
#include "plugin/check_settings.hpp"
#include "plugin/plugin_description.hpp"

namespace probehost {

void write(FrameWriter& frame, const CheckSettings& settings);
CheckSettings readSettings(FrameReader& frame);

void write(FrameWriter& frame, const RunRequest& request);
RunRequest readRequest(FrameReader& frame);

void write(FrameWriter& frame, const std::optional<Result>& result);
std::optional<Result> readResult(FrameReader& frame);

void write(FrameWriter& frame, const PluginDescription& plugin);
// `file`: where its checkers are said to come from.
PluginDescription readDescription(FrameReader& frame, const std::string& file);

} // namespace probehost
