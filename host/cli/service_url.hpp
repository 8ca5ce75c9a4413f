// The address of a running service, as an option has it.
#pragma once

#include <Poco/URI.h>

#include <optional>
#include <string>

namespace probehost::cli {

// Nothing unless `text` is http://HOST, with whatever follows.
std::optional<Poco::URI> serviceUrl(const std::string& text);

} // namespace probehost::cli
