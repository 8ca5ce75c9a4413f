// A conversation of bytes with a peer, plain or over TLS.
#pragma once

#include <cstddef>
#include <probehost/checker.hpp>
#include <span>
#include <string_view>

namespace probehost::net {

// Every call ends at its deadline with sdk::Cancelled; a broken transport is a NetError. After either, only destroy it.
class Stream {
  public:
    virtual ~Stream() = default;

    // At least one byte, at most buffer.size(); 0 when the peer has closed in order.
    virtual size_t read(std::span<char> buffer, const sdk::Deadline& deadline) = 0;
    virtual void writeAll(std::string_view bytes, const sdk::Deadline& deadline) = 0;
    // For polling only. Over TLS decrypted bytes may wait inside: read() until it would wait, then poll.
    virtual int fd() const = 0;
};

} // namespace probehost::net
