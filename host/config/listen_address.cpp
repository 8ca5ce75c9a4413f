// Parsing of listen addresses, without looking any name up.
#include "config/listen_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace probehost {

namespace {

constexpr auto expectation = "expected HOST:PORT such as 0.0.0.0:8000 or [::]:8000";

std::optional<uint16_t> parsePort(std::string_view text) {
    uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

bool isAddress(int family, const std::string& text) {
    in6_addr room{};
    return inet_pton(family, text.c_str(), &room) == 1;
}

bool isHost(const std::string& host) {
    const bool named = std::all_of(host.begin(), host.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
    });
    const bool onlyNumbers = host.find_first_not_of("0123456789.") == std::string::npos;
    return !host.empty() && host.size() <= 253 && named && (!onlyNumbers || isAddress(AF_INET, host));
}

} // namespace

std::string ListenAddress::text() const {
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::variant<ListenAddress, std::string> parseListenAddress(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return expectation;
    std::string host(text.substr(0, colon));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (!bracketed && host.find(':') != std::string::npos) return "expected IPv6 in brackets, such as [::1]:8000";
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (bracketed ? !isAddress(AF_INET6, host) : !isHost(host)) return expectation;
    const auto port = parsePort(text.substr(colon + 1));
    if (!port) return "expected a port from 0 to 65535 after the last \":\"";
    return ListenAddress{host, *port};
}

} // namespace probehost
