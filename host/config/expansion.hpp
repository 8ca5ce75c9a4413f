// Replaces ${…} in the values of a configuration by what stands outside of it.
#pragma once

#include <string>

#include "config/config_node.hpp"
#include "config/diagnostics.hpp"

namespace probehost {

// ${NAME}, ${NAME:-default}, ${file:PATH} and ${credential:NAME} in every text below `root`; $${ stands for ${.
// What came from outside is noted at its node as a secret. A default stands in the file itself, so it is none.
void expand(ConfigNode& root, const std::string& file, Diagnostics& diagnostics);

} // namespace probehost
