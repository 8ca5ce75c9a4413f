// Names that nobody else uses: for links, requests and connections.
#pragma once

#include <cstddef>
#include <string>

namespace probehost::servicebus {

std::string randomBytes(size_t count);

// A random UUID in its usual form.
std::string freshId();

} // namespace probehost::servicebus
