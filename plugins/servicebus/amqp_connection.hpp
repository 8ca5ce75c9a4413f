// One AMQP 1.0 connection with one session, moved by whoever waits for something on it.
#pragma once

#include <proton/connection_driver.h>

#include <functional>
#include <memory>
#include <optional>
#include <probehost/checker.hpp>
#include <string>

#include "net/stream.hpp"

namespace probehost::servicebus {

// Proton works on the bytes, the stream carries them. Nothing is thread-safe. After an exception, only destroy it.
class AmqpConnection {
  public:
    // Opens, as an anonymous user of `hostname`; the bytes flow in the first runUntil().
    AmqpConnection(std::unique_ptr<net::Stream> stream, const std::string& hostname);
    ~AmqpConnection();
    AmqpConnection(const AmqpConnection&) = delete;
    AmqpConnection& operator=(const AmqpConnection&) = delete;

    pn_session_t* session() const { return session_; }

    // Moves bytes both ways until `done()`, which is asked after every change. Throws Failure when the peer ends the
    // connection, the session or a link that we have not ended, net::NetError, or sdk::Cancelled.
    void runUntil(const std::function<bool()>& done, const sdk::Deadline& deadline);

    // Sends a heartbeat if one is due, without waiting; says when the next is, if the peer wants any.
    std::optional<sdk::milliseconds> beat();

    // Says goodbye as far as that needs no waiting.
    void close() noexcept;

  private:
    void tune(const std::string& hostname);
    std::optional<sdk::milliseconds> tick();
    void write(const sdk::Deadline& deadline);
    void read(const sdk::Deadline& deadline);
    void handleEvents();
    void handle(pn_event_t* event);

    std::unique_ptr<net::Stream> stream_;
    pn_connection_driver_t driver_{};
    pn_session_t* session_ = nullptr;
    size_t received_ = 0; // since runUntil() was called
};

} // namespace probehost::servicebus
