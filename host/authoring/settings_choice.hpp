// The settings that a checker is tried with: its user's, its author's, or the least that its schema accepts.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "config/diagnostics.hpp"
#include "plugin/check_settings.hpp"
#include "plugin/checker_info.hpp"

namespace probehost::authoring {

// A YAML file with a map of settings, as a check's `with:` has them, expanded and validated; "" stands for an empty
// map. Nothing when it is not fit; every reason is in `diagnostics`, which masks its secrets.
std::optional<CheckSettings> readSettingsFile(const std::string& file, const CheckerInfo& checker,
                                              Diagnostics& diagnostics);

// There are no settings to try this checker with; the text says what to do.
struct NoSettings : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Settings from JSON, validated but not expanded; nothing when the checker's schema does not accept them.
std::optional<CheckSettings> settingsFromJson(const std::string& json, const CheckerInfo& checker);

// False when the checker's author gives an example that its own schema does not accept.
bool exampleFits(const CheckerInfo& checker);

// From `file`; without one ("") the checker's own example, or else what its schema asks for at least. Throws
// NoSettings.
CheckSettings chooseSettings(const std::string& file, const CheckerInfo& checker);

} // namespace probehost::authoring
