// What a postgres check is told by its configuration, checked for sense.
#pragma once

#include <cstdint>
#include <map>
#include <probehost/checker.hpp>
#include <string>
#include <vector>

namespace probehost {

// One server as the configuration names it.
struct PostgresHost {
    std::string name;    // for TLS and passwords; a directory when it starts with a slash
    std::string address; // numeric, when the configuration says it; else empty
    uint16_t port = 5432;
};

struct PostgresSettings {
    std::vector<PostgresHost> hosts;            // never empty
    std::map<std::string, std::string> options; // of libpq, without those of the hosts
    std::string query;
    std::string require; // "any", "primary" or "standby"
};

// Throws sdk::ConfigError, which never quotes a value.
PostgresSettings readPostgresSettings(const sdk::Settings& settings);

// The hosts of libpq's comma-separated host, hostaddr and port options; throws sdk::ConfigError.
std::vector<PostgresHost> splitHosts(const std::string& names, const std::string& addresses, const std::string& ports);

// Throws sdk::ConfigError for a value that libpq would refuse, now or only while it connects. Those of the hosts are
// not looked at.
void checkPostgresOptions(std::map<std::string, std::string> options);

} // namespace probehost
