// Turns a host's name into addresses without a thread and without outliving a deadline.
#include "net/resolver.hpp"

#include <netdb.h>

#include <cstring>
#include <memory>

#include "net/error.hpp"
#include "net/resolver_channel.hpp"

namespace probehost::net {
namespace {

// A numeric host needs no question; getaddrinfo() with these flags only parses.
std::vector<Address> parseNumeric(const std::string& host, uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &raw) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, freeaddrinfo);
    Address address;
    address.length = found->ai_addrlen;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    return {address};
}

struct Numeric {
    std::string host, port;
};

Numeric numeric(const Address& address) {
    char host[NI_MAXHOST] = "";
    char port[NI_MAXSERV] = "";
    getnameinfo(address.get(), address.length, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
    return {host, port};
}

} // namespace

std::string Address::host() const { return numeric(*this).host; }

std::string Address::text() const {
    const auto [host, port] = numeric(*this);
    return (family() == AF_INET6 ? "[" + host + "]" : host) + ":" + port;
}

std::vector<Address> resolve(const std::string& host, uint16_t port, const sdk::Deadline& deadline) {
    if (host.empty()) throw NetError("Name not resolved", "resolve: no host given");
    if (auto numeric_address = parseNumeric(host, port); !numeric_address.empty()) return numeric_address;
    return ResolverChannel(deadline.remaining()).lookUp(host, port, deadline);
}

} // namespace probehost::net
