// Parsing of listen addresses. A name is none: looking it up could block, and give another address each time.
#include "config/listen_address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace probehost {

namespace {

constexpr auto wantedAddress = "expected an IP address and port such as 127.0.0.1:8000 or [::]:8000";

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

} // namespace

std::string ListenAddress::text() const {
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::variant<ListenAddress, std::string> parseListenAddress(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return wantedAddress;
    std::string host(text.substr(0, colon));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (!bracketed && host.find(':') != std::string::npos) return "expected IPv6 in brackets, such as [::1]:8000";
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (!isAddress(bracketed ? AF_INET6 : AF_INET, host)) return wantedAddress;
    const auto port = parsePort(text.substr(colon + 1));
    if (!port) return "expected a port from 0 to 65535 after the last \":\"";
    return ListenAddress{host, *port};
}

} // namespace probehost
