// Reads one check's entry of a configuration, as far as that goes without knowing its checker.
#pragma once

#include <string>

#include "config/config_section.hpp"
#include "config/settings.hpp"

namespace probehost {

CheckEntry readCheck(const std::string& name, ConfigSection section, const Location& location);

// Why a check may not have this name, or "".
std::string wrongWithCheckName(const std::string& name);

} // namespace probehost
