// Sees how long a service takes to start.
#pragma once

#include <Poco/URI.h>

#include <chrono>
#include <stdexcept>

namespace probehost::cli {

// In words, why no start was seen.
class StartUnseen : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// From now until the probehost at `service` says that it has started, which it must not do at once; throws StartUnseen
// after `longest`. Shows how far it is on a terminal.
std::chrono::milliseconds watchStartup(const Poco::URI& service, std::chrono::milliseconds longest);

} // namespace probehost::cli
