// An IP address and port, or the lack of one.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace Poco::Net {
class SocketAddress;
}

namespace probehost {

class SocketAddress {
  public:
    SocketAddress() = default;
    static SocketAddress ofLocal(int fd);

    const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&address_); }
    sockaddr* data() { return reinterpret_cast<sockaddr*>(&address_); }
    socklen_t size() const { return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6); }
    static constexpr socklen_t capacity = sizeof(sockaddr_in6);

    sa_family_t family() const { return address_.sin6_family; }
    uint16_t port() const;
    bool isAnyV6() const;

    // What one client is likely to hold: an IPv4 address, or the /64 of an IPv6 address. 0 for no address.
    uint64_t network() const;

    Poco::Net::SocketAddress forPoco() const;

  private:
    sockaddr_in6 address_{}; // an IPv4 address lies in its first bytes
};

// "127.0.0.1:8000" or "[::1]:8000"; port 0 asks for a free one. Throws ListenError.
SocketAddress parseSocketAddress(const std::string& text);

} // namespace probehost
