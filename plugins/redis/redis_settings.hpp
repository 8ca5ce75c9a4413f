// What a redis check is told by its configuration, checked for sense.
#pragma once

#include <optional>
#include <probehost/checker.hpp>
#include <string>

#include "net/tls.hpp"
#include "redis_url.hpp"

namespace probehost {

struct RedisSettings {
    RedisUrl server;
    std::optional<net::TlsContext> tls; // set: speak TLS
    std::string server_name;            // what the certificate must be for
    std::string require;                // "any", "primary" or "replica"
    bool cluster = false;
};

// Throws sdk::ConfigError.
RedisSettings readRedisSettings(const sdk::Settings& settings);

} // namespace probehost
