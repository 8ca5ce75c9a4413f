#include "servicebus/websocket_frame.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "servicebus/failure.hpp"
#include "servicebus/sas_token.hpp"

namespace probehost::servicebus {
namespace {

constexpr char kFinalBit = '\x80';
constexpr unsigned kMaskedBit = 0x80;
constexpr unsigned kLongestControl = 125;

std::string bigEndian(uint64_t number, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i));
    return text;
}

std::string maskedLength(size_t length) {
    if (length < 126) return bigEndian(kMaskedBit | length, 1);
    if (length < 65536) return bigEndian(kMaskedBit | 126, 1) + bigEndian(length, 2);
    return bigEndian(kMaskedBit | 127, 1) + bigEndian(length, 8);
}

uint64_t number(std::string_view bytes) {
    uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

bool isControl(Opcode opcode) { return opcode >= Opcode::Close; }

Opcode verifiedOpcode(unsigned first, unsigned second) {
    const auto opcode = static_cast<Opcode>(first & 15);
    const bool known = opcode == Opcode::Continuation || opcode == Opcode::Binary ||
                       (opcode >= Opcode::Close && opcode <= Opcode::Pong);
    if (!known || (first & 0x70) != 0) throw unexpectedAnswer("WebSocket frame of an unknown kind");
    if ((second & kMaskedBit) != 0) throw unexpectedAnswer("WebSocket frame masked by the server");
    if (isControl(opcode) && ((second & 127) > kLongestControl || (first & kMaskedBit) == 0)) {
        throw unexpectedAnswer("WebSocket control frame in pieces");
    }
    return opcode;
}

} // namespace

std::string clientFrame(Opcode opcode, std::string_view payload, std::string_view mask) {
    std::string frame(1, static_cast<char>(kFinalBit | static_cast<char>(opcode)));
    frame += maskedLength(payload.size());
    frame += mask;
    for (size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    return frame;
}

std::string acceptFor(std::string_view key) {
    const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha1(), nullptr);
    return base64({reinterpret_cast<const char*>(digest), length});
}

bool FrameReader::readHeader() {
    if (pending_.size() < 2) return false;
    const auto first = static_cast<unsigned char>(pending_[0]);
    const auto second = static_cast<unsigned char>(pending_[1]);
    const auto opcode = verifiedOpcode(first, second);
    const unsigned length = second & 127;
    const size_t extra = length < 126 ? 0 : length == 126 ? 2 : 8;
    if (pending_.size() < 2 + extra) return false;
    left_ = extra == 0 ? length : number(std::string_view(pending_).substr(2, extra));
    if (left_ >> 63 != 0) throw unexpectedAnswer("WebSocket frame of impossible length");
    opcode_ = opcode;
    in_frame_ = true;
    pending_.erase(0, 2 + extra);
    return true;
}

std::optional<FrameReader::Piece> FrameReader::next() {
    for (;;) {
        if (!in_frame_ && !readHeader()) return std::nullopt;
        if (left_ > 0 && (pending_.empty() || (isControl(opcode_) && pending_.size() < left_))) return std::nullopt;
        const auto length = static_cast<size_t>(std::min<uint64_t>(left_, pending_.size()));
        Piece piece{opcode_, pending_.substr(0, length)};
        pending_.erase(0, length);
        left_ -= length;
        in_frame_ = left_ > 0;
        if (length > 0 || isControl(opcode_)) return piece;
    }
}

} // namespace probehost::servicebus
