// The connection string of a Service Bus namespace or entity, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace probehost::servicebus {

// Either `key` with `key_name`, or `token`, is set; the emulator's own where its string has neither. `port` is 0 where
// the Endpoint has none.
struct ConnectionString {
    std::string host;
    uint16_t port = 0;
    std::string key_name;
    std::string key;
    std::string token;
    std::string entity_path;
    bool emulator = false;
};

// Throws sdk::ConfigError that names what is missing, never what is there.
ConnectionString parseConnectionString(std::string_view text);

// Whether these are the same but for the case of letters, which Service Bus does not tell apart.
bool sameWord(std::string_view left, std::string_view right);

// Splits HOST, HOST:PORT, [IPV6]:PORT, with or without scheme and path; throws sdk::ConfigError naming `setting`.
void parseEndpoint(std::string_view text, const std::string& setting, std::string& host, uint16_t& port);

} // namespace probehost::servicebus
