// What a check looks at: which namespace, by which way, and which queue or subscription in it.
#pragma once

#include <cstdint>
#include <optional>
#include <probehost/checker.hpp>
#include <string>

#include "servicebus/connection_string.hpp"

namespace probehost::servicebus {

enum class Mode { Peek, Attach, Token };

struct Target {
    std::string host;
    uint16_t port = 0;
    bool tls = true; // false for the emulator only
    bool websocket = false;
    Mode mode = Mode::Peek;
    std::string entity; // "jobs", "orders/Subscriptions/billing"

    // What a token has to be for.
    std::string audience() const;
    // "host:port", with brackets around an IPv6 address.
    std::string hostAndPort() const;
};

// The connection string of the settings, or nothing where they name a namespace instead.
std::optional<ConnectionString> connectionStringFrom(const sdk::Settings& settings);

// Throws sdk::ConfigError naming the setting that does not fit.
Target targetFrom(const sdk::Settings& settings, const std::optional<ConnectionString>& given);

} // namespace probehost::servicebus
