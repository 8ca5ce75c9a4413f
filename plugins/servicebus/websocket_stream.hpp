// AMQP's bytes inside a WebSocket, for networks that let out nothing but port 443.
#pragma once

#include <memory>
#include <string>

#include "net/stream.hpp"
#include "servicebus/websocket_frame.hpp"

namespace probehost::servicebus {

// Owns the stream below it. Thread-compatible; answers pings while it reads.
class WebSocketStream final : public net::Stream {
  public:
    // Asks for the upgrade; `host` is the Host header. Throws Failure "Unexpected answer" when it is refused.
    WebSocketStream(std::unique_ptr<net::Stream> below, const std::string& host, const sdk::Deadline& deadline);

    size_t read(std::span<char> buffer, const sdk::Deadline& deadline) override;
    void writeAll(std::string_view bytes, const sdk::Deadline& deadline) override;
    int fd() const override { return below_->fd(); }

  private:
    void upgrade(const std::string& host, const sdk::Deadline& deadline);
    std::string readHead(const sdk::Deadline& deadline);
    void send(Opcode opcode, std::string_view payload, const sdk::Deadline& deadline);
    // Takes the next piece of data into data_; false when the peer has closed.
    bool receive(const sdk::Deadline& deadline);

    std::unique_ptr<net::Stream> below_;
    FrameReader frames_;
    std::string data_;
};

} // namespace probehost::servicebus
