#include "servicebus/websocket_stream.hpp"

#include <strings.h>

#include <algorithm>

#include "net/error.hpp"
#include "servicebus/failure.hpp"
#include "servicebus/identifiers.hpp"
#include "servicebus/sas_token.hpp"

namespace probehost::servicebus {
namespace {

constexpr size_t kLongestAnswerHead = 8192;

std::string request(const std::string& host, const std::string& key) {
    return "GET /$servicebus/websocket HTTP/1.1\r\nHost: " + host +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key +
           "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: AMQPWSB10\r\n\r\n";
}

std::string header(std::string_view head, std::string_view name) {
    for (size_t line = head.find("\r\n"); line != std::string_view::npos; line = head.find("\r\n", line)) {
        line += 2;
        const auto text = head.substr(line, head.find("\r\n", line) - line);
        if (text.size() <= name.size() || text[name.size()] != ':') continue;
        if (strncasecmp(text.data(), name.data(), name.size()) != 0) continue;
        const auto value = text.find_first_not_of(" \t", name.size() + 1);
        return value == std::string_view::npos
                   ? ""
                   : std::string(text.substr(value, text.find_last_not_of(" \t") - value + 1));
    }
    return {};
}

void verify(const std::string& head, const std::string& key) {
    const auto status = head.substr(0, head.find("\r\n"));
    if (status.rfind("HTTP/1.1 101", 0) != 0) {
        throw unexpectedAnswer("WebSocket upgrade refused: " + status.substr(0, 100));
    }
    if (header(head, "Sec-WebSocket-Accept") != acceptFor(key)) {
        throw unexpectedAnswer("WebSocket upgrade answered with a wrong accept key");
    }
    const auto protocol = header(head, "Sec-WebSocket-Protocol");
    if (!protocol.empty() && strcasecmp(protocol.c_str(), "AMQPWSB10") != 0) {
        throw unexpectedAnswer("WebSocket upgrade answered with another subprotocol");
    }
}

} // namespace

WebSocketStream::WebSocketStream(std::unique_ptr<net::Stream> below, const std::string& host,
                                 const sdk::Deadline& deadline)
    : below_(std::move(below)) {
    upgrade(host, deadline);
}

void WebSocketStream::upgrade(const std::string& host, const sdk::Deadline& deadline) {
    const auto key = base64(randomBytes(16));
    below_->writeAll(request(host, key), deadline);
    verify(readHead(deadline), key);
}

std::string WebSocketStream::readHead(const sdk::Deadline& deadline) {
    std::string head;
    char buffer[1024];
    for (;;) {
        const size_t count = below_->read(buffer, deadline);
        if (count == 0) throw net::closedByPeer("closed during the WebSocket upgrade");
        head.append(buffer, count);
        if (head.compare(0, 5, "HTTP/", std::min<size_t>(head.size(), 5)) != 0 || head.size() > kLongestAnswerHead) {
            throw unexpectedAnswer("no HTTP answer to the WebSocket upgrade");
        }
        const auto end = head.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        frames_.feed(std::string_view(head).substr(end + 4));
        return head.substr(0, end + 2);
    }
}

void WebSocketStream::send(Opcode opcode, std::string_view payload, const sdk::Deadline& deadline) {
    below_->writeAll(clientFrame(opcode, payload, randomBytes(4)), deadline);
}

void WebSocketStream::writeAll(std::string_view bytes, const sdk::Deadline& deadline) {
    send(Opcode::Binary, bytes, deadline);
}

bool WebSocketStream::receive(const sdk::Deadline& deadline) {
    auto piece = frames_.next();
    while (!piece) {
        char buffer[16384];
        const size_t count = below_->read(buffer, deadline);
        if (count == 0) return false;
        frames_.feed({buffer, count});
        piece = frames_.next();
    }
    if (piece->opcode == Opcode::Close) return false;
    if (piece->opcode == Opcode::Ping) send(Opcode::Pong, piece->payload, deadline);
    if (piece->opcode == Opcode::Binary || piece->opcode == Opcode::Continuation) data_ += piece->payload;
    return true;
}

size_t WebSocketStream::read(std::span<char> buffer, const sdk::Deadline& deadline) {
    while (data_.empty()) {
        if (!receive(deadline)) return 0;
    }
    const size_t count = data_.copy(buffer.data(), buffer.size());
    data_.erase(0, count);
    return count;
}

} // namespace probehost::servicebus
