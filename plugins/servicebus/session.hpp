// A kept conversation with a namespace: one connection, its token, and the links that a check needs.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "net/tls.hpp"
#include "servicebus/amqp_connection.hpp"
#include "servicebus/credential.hpp"
#include "servicebus/request_link.hpp"
#include "servicebus/target.hpp"

namespace probehost::servicebus {

// What a session needs and outlives it. `tls` is null where the target speaks plain.
struct Dependencies {
    const Target& target;
    net::TlsContext* tls;
    Credential& credential;
};

// Nothing is thread-safe. After an exception other than throttling, only destroy it.
class Session {
  public:
    Session(const Dependencies& dependencies, const sdk::Deadline& deadline);

    // One look, as the target's mode says; returns when all is well, else throws Failure, net::NetError or Cancelled.
    void look(const sdk::Deadline& deadline);

    // False when it has been idle for so long, or read so little of an answer, that a new one is safer.
    bool usable() const;

    std::optional<sdk::milliseconds> beat() { return connection_.beat(); }
    void close() noexcept { connection_.close(); }

  private:
    void renewToken(const sdk::Deadline& deadline);
    void put(const Token& token, const sdk::Deadline& deadline);
    void peekMessage(const sdk::Deadline& deadline);
    void attachReceiver(const sdk::Deadline& deadline);

    Dependencies with_;
    AmqpConnection connection_;
    RequestLink cbs_;
    std::optional<RequestLink> management_;
    std::optional<Token> token_; // the one that was put
    std::chrono::steady_clock::time_point last_used_;
    bool spent_ = false;
};

} // namespace probehost::servicebus
