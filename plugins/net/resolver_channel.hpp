// A c-ares channel for one lookup: its sockets gathered behind one descriptor, so that one wait watches them all.
#pragma once

#include <ares.h>

#include <optional>
#include <probehost/checker.hpp>
#include <string>
#include <vector>

#include "net/resolver.hpp"

namespace probehost::net {

class ResolverChannel {
  public:
    explicit ResolverChannel(sdk::milliseconds time);
    ~ResolverChannel();
    ResolverChannel(const ResolverChannel&) = delete;
    ResolverChannel& operator=(const ResolverChannel&) = delete;

    // Throws NetError with c-ares' reason, or sdk::Cancelled.
    std::vector<Address> lookUp(const std::string& host, uint16_t port, const sdk::Deadline& deadline);

  private:
    static void socketState(void* self, ares_socket_t socket, int readable, int writable);
    static void answered(void* self, int status, int timeouts, ares_addrinfo* found);

    void start(const std::string& host, uint16_t port);
    void step(const sdk::Deadline& deadline);

    ares_channel channel_ = nullptr;
    int sockets_; // epoll
    std::optional<int> status_;
    std::vector<Address> addresses_;
};

} // namespace probehost::net
