// The parts of a redis://, rediss:// or unix:// URL.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace probehost {

// A URL that cannot be used. The text says what was expected and never quotes the URL, which may hold a password.
struct BadUrl : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct RedisUrl {
    bool tls = false;
    std::string host;   // without the brackets of an IPv6 address; empty for unix://
    std::string socket; // unix:// only
    uint16_t port = 6379;
    std::optional<std::string> username;
    std::optional<std::string> password;
    std::optional<int> db; // from the path, or ?db=N
};

RedisUrl parseRedisUrl(std::string_view url);

// Undoes percent-encoding; throws BadUrl for a broken or NUL byte.
std::string percentDecode(std::string_view text);

} // namespace probehost
