// One YAML file of a configuration, read whole and expanded.
#pragma once

#include <optional>
#include <string>

#include "config/config_node.hpp"
#include "config/diagnostics.hpp"

namespace probehost {

// Nothing when it could not be read; every reason is in `diagnostics` then. An empty file is a node of kind Nothing.
std::optional<ConfigNode> readDocument(const std::string& file, Diagnostics& diagnostics);

} // namespace probehost
