// Only numeric addresses are read: looking a name up could block, and a listener's address is no name.
#include "http/socket_address.hpp"

#include <Poco/Net/SocketAddress.h>
#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <optional>

#include "http/listener.hpp"

namespace probehost {
namespace {

std::optional<uint16_t> readPort(std::string_view text) {
    uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

bool fill(const std::string& host, uint16_t port, SocketAddress& address) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(address.data());
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        return ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6->sin6_addr) == 1;
    }
    auto* v4 = reinterpret_cast<sockaddr_in*>(address.data());
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    return ::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1;
}

} // namespace

SocketAddress parseSocketAddress(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    SocketAddress address;
    if (colon != std::string::npos) {
        const auto port = readPort(std::string_view(text).substr(colon + 1));
        if (port && fill(text.substr(0, colon), *port, address)) return address;
    }
    throw ListenError(text, "not an IP address and port such as 0.0.0.0:8000 or [::]:8000");
}

SocketAddress SocketAddress::ofLocal(int fd) {
    SocketAddress address;
    socklen_t size = capacity;
    if (::getsockname(fd, address.data(), &size) != 0) return {};
    return address;
}

uint16_t SocketAddress::port() const { return ntohs(address_.sin6_port); } // both families keep it at the same place

bool SocketAddress::isAnyV6() const { return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address_.sin6_addr); }

uint64_t SocketAddress::network() const {
    uint64_t network = 0;
    if (family() == AF_INET) {
        std::memcpy(&network, &reinterpret_cast<const sockaddr_in*>(&address_)->sin_addr, sizeof(in_addr));
    } else if (family() == AF_INET6) {
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&address_.sin6_addr);
        std::memcpy(&network, &address_.sin6_addr.s6_addr[mapped ? 12 : 0], mapped ? sizeof(in_addr) : sizeof network);
    }
    return network;
}

Poco::Net::SocketAddress SocketAddress::forPoco() const {
    if (family() != AF_INET && family() != AF_INET6) return {};
    return {data(), size()};
}

} // namespace probehost
