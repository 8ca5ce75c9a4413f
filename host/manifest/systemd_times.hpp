// The times that systemd has to give a probehost with this configuration, as a drop-in for its unit.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace probehost {

std::string systemdTimes(const Settings& settings);

} // namespace probehost
