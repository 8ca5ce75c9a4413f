// A connected stream socket whose every wait ends at a deadline.
#pragma once

#include <string>
#include <vector>

#include "net/error.hpp"
#include "net/resolver.hpp"
#include "net/stream.hpp"

namespace probehost::net {

// Owns its descriptor: close-on-exec, non-blocking, no SIGPIPE. Move-only; empty after a move. Thread-compatible.
class Socket final : public Stream {
  public:
    // Tries each address in turn; one that stays silent gets only a fair share of the time while others are left.
    static Socket connectTcp(const std::vector<Address>& addresses, const sdk::Deadline& deadline);
    static Socket connectUnix(const std::string& path, const sdk::Deadline& deadline);

    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() override;

    size_t read(std::span<char> buffer, const sdk::Deadline& deadline) override;
    void writeAll(std::string_view bytes, const sdk::Deadline& deadline) override;
    int fd() const override { return fd_; }

    // For loops of a vendor's: bytes moved, or -1 with errno (EAGAIN: poll first). Never wait.
    ssize_t tryRead(std::span<char> buffer) const;
    ssize_t tryWrite(std::string_view bytes) const;

  private:
    explicit Socket(int family);
    void connect(const Address& address, const sdk::Deadline& deadline, sdk::milliseconds limit);
    int finishConnect(const sdk::Deadline& deadline, sdk::milliseconds limit) const;

    int fd_;
};

} // namespace probehost::net
