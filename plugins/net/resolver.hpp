// Turns a host's name into addresses without a thread and without outliving a deadline.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <probehost/checker.hpp>
#include <string>
#include <vector>

namespace probehost::net {

// One address to connect to, port included.
struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
    std::string host() const; // "10.0.0.1", "fe80::1%eth0"
    std::string text() const; // "10.0.0.1:6379", "[::1]:6379"
};

// All addresses of `host`, best first (RFC 6724), never empty. Numeric hosts are answered at once; names come from
// the hosts file and DNS, both read anew each time. Throws NetError "Name not resolved", or sdk::Cancelled.
std::vector<Address> resolve(const std::string& host, uint16_t port, const sdk::Deadline& deadline);

} // namespace probehost::net
