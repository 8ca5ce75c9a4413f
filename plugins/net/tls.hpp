// TLS over a socket: the peer's certificate is always verified, against its name or address.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <probehost/checker.hpp>
#include <string>

#include "net/socket.hpp"

namespace probehost::net {

struct TlsSettings {
    std::string ca_file;   // trusted instead of the system's authorities; empty: the system's
    std::string cert_file; // the client's certificate chain, PEM; empty: none
    std::string key_file;  // its key; empty: in cert_file
    std::string path;      // where these settings stand, for errors: "tls."
};

// Made once per check, in its constructor: reads the files, and throws sdk::ConfigError naming the setting when one
// cannot be used. TLS 1.2 at least; keeps no sessions. Thread-compatible.
class TlsContext {
  public:
    explicit TlsContext(const TlsSettings& settings);
    // The caller owns it; null when there is no memory. The system's authorities, 15 ms of reading where they are in
    // one file, are read with the first.
    SSL* newSession();
    // What to do when nobody is trusted, because the system has no authorities and the settings name none; else empty.
    const std::string& advice() const { return advice_; }

  private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    void trustTheSystem();

    std::unique_ptr<SSL_CTX, Free> context_;
    std::string ca_setting_;
    bool trusts_; // whether it knows whom
    std::string advice_;
};

// A TLS session over a socket of its own. Thread-compatible.
class TlsStream final : public Stream {
  public:
    // Shakes hands. `server_name` is a DNS name (sent as SNI) or an IP address, and what the certificate must be for.
    // Throws NetError: "TLS certificate expired", "... not trusted", "... does not match", "TLS handshake failed".
    TlsStream(Socket socket, TlsContext& context, const std::string& server_name, const sdk::Deadline& deadline);

    size_t read(std::span<char> buffer, const sdk::Deadline& deadline) override;
    void writeAll(std::string_view bytes, const sdk::Deadline& deadline) override;
    int fd() const override { return socket_.fd(); }

  private:
    struct Free {
        void operator()(SSL* session) const { SSL_free(session); }
    };

    void expect(const std::string& server_name);
    void handshake(const sdk::Deadline& deadline);
    // Moves bytes until an SSL call that said `result` may be repeated; false when the peer has closed.
    bool advance(int result, const sdk::Deadline& deadline);
    void flush(const sdk::Deadline& deadline);
    bool fill(const sdk::Deadline& deadline);

    Socket socket_;
    std::unique_ptr<SSL, Free> session_;
    std::string advice_; // the context's
};

} // namespace probehost::net
