// Text for readers that take a line as a whole: a log, a service manager, a list of errors.
#pragma once

#include <string>

namespace probehost {

// With a space for each control character, so that nothing begins a line of its own or moves a terminal.
std::string oneLine(std::string text);

} // namespace probehost
