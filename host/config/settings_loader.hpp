// Reads a configuration: the file, what it includes, and everything in it but the checks' own settings.
#pragma once

#include <string>

#include "config/diagnostics.hpp"
#include "config/settings.hpp"

namespace probehost {

// Always gives settings, as far as they could be read: they are fit for use only while `diagnostics` has no errors, but
// resolve() finds more errors in them. Needs resolve() before the checks can be used.
Settings load(const std::string& path, Diagnostics& diagnostics);

} // namespace probehost
