// Reads YAML text into configuration nodes, within bounds that no honest configuration meets.
#pragma once

#include <optional>
#include <string>

#include "config/config_node.hpp"
#include "config/diagnostics.hpp"

namespace probehost {

// Nothing when the text is no YAML document; every reason is in `diagnostics` then. An empty document is a node of
// kind Nothing.
std::optional<ConfigNode> readYaml(const std::string& text, const std::string& file, Diagnostics& diagnostics);

} // namespace probehost
