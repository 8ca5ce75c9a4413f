// How configuration errors reach whoever started a command.
#pragma once

#include "config/diagnostics.hpp"

namespace probehost::cli {

// All of them on standard error, with their number at the end. True when there are errors.
bool printErrors(const Diagnostics& diagnostics);

} // namespace probehost::cli
