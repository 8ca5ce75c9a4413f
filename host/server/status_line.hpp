// A report in one line, for operators.
#pragma once

#include <string>

#include "health/report.hpp"

namespace probehost {

// "ready, 5 checks", or "not ready: database: Connection refused; cache: Timeout after 1000ms".
std::string statusLine(const Report& report);

} // namespace probehost
