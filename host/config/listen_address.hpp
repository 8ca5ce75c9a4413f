// A TCP address to listen on, as a configuration writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace probehost {

struct ListenAddress {
    std::string host = "0.0.0.0"; // IPv4, or IPv6 without brackets
    uint16_t port = 8000;         // 0: any free port

    bool operator==(const ListenAddress&) const = default;
    // ADDRESS:PORT, IPv6 in brackets
    std::string text() const;
};

// IPv4:PORT or [IPv6]:PORT; else what was expected.
std::variant<ListenAddress, std::string> parseListenAddress(std::string_view text);

} // namespace probehost
