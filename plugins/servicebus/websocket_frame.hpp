// WebSocket framing as RFC 6455 wants it from a client: what we send is masked, what comes back is not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace probehost::servicebus {

enum class Opcode : uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

// One whole frame, final, masked with `mask` (four bytes).
std::string clientFrame(Opcode opcode, std::string_view payload, std::string_view mask);

// The Sec-WebSocket-Accept that a server must answer to `key`.
std::string acceptFor(std::string_view key);

// Takes frames apart as they come. Control frames are handed out whole, data in the pieces that have arrived, so
// that a frame of any size needs no room. Throws Failure "Unexpected answer" where the peer breaks the protocol.
class FrameReader {
  public:
    struct Piece {
        Opcode opcode;
        std::string payload;
    };

    void feed(std::string_view bytes) { pending_ += bytes; }
    std::optional<Piece> next();

  private:
    bool readHeader();

    std::string pending_;
    Opcode opcode_ = Opcode::Binary;
    bool in_frame_ = false;
    uint64_t left_ = 0; // of the frame's payload
};

} // namespace probehost::servicebus
