// The bytes of a connection that libpq has logged in, plain or over its TLS session.
#pragma once

#include <libpq-fe.h>
#include <openssl/ssl.h>

#include "net/stream.hpp"

namespace probehost {

// Borrows the connection, which must outlive it and must not be used for queries of libpq's own.
class PostgresStream final : public net::Stream {
  public:
    explicit PostgresStream(PGconn* connection);

    size_t read(std::span<char> buffer, const sdk::Deadline& deadline) override;
    void writeAll(std::string_view bytes, const sdk::Deadline& deadline) override;
    int fd() const override { return fd_; }

  private:
    int tryRead(std::span<char> buffer) const;
    int tryWrite(std::string_view bytes) const;
    // Waits until a call that said `result` may be repeated; false when the server has closed.
    bool advance(int result, short events, const sdk::Deadline& deadline) const;

    int fd_;
    SSL* session_; // libpq's; null without TLS
};

} // namespace probehost
