// Sends answers without ever waiting for a client, and settles what becomes of its connection afterwards.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "http/request_server.hpp"

namespace probehost {

void RequestServer::answer(Connection& connection, std::string_view bytes) {
    connection.rest = bytes;
    flush(connection);
}

void RequestServer::flush(Connection& connection) {
    // The end, or the answer to what was asked right behind, then travels with this answer's last bytes.
    const int corked = connection.isClosing() || more_ ? MSG_MORE : 0;
    while (!connection.rest.empty()) {
        const ssize_t sent =
            ::send(connection.fd, connection.rest.data(), connection.rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT | corked);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) return table_.close(connection);
        if (sent < 0) {
            if (connection.state != State::Writing) table_.enter(connection, State::Writing, now_ + limits_.writeTime);
            return;
        }
        connection.rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    answered(connection);
}

// What was held back for an answer that does not follow at once.
void RequestServer::push(const Connection& connection) {
    const int on = 1;
    ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void RequestServer::answered(Connection& connection) {
    table_.letGo(connection);
    connection.rest = {};
    std::exchange(connection.ownAnswer, {}); // an assignment would keep its room
    connection.sharedAnswer.reset();
    connection.exchange.reset();
    connection.scanned = connection.needed = 0;
    if (connection.isClosing()) return end(connection);
    table_.enter(connection, State::Receiving, now_ + limits_.headTime);
}

void RequestServer::writable(Connection& connection) {
    if (connection.state != State::Writing) return;
    flush(connection);
    if (connection.isOpen() && connection.state == State::Receiving) resume(connection);
    settle(connection);
}

// Goes on with what a client sent behind the request that is now answered.
void RequestServer::resume(Connection& connection) {
    if (!connection.input.empty()) return serveHeld(connection);
    table_.enter(connection, State::Idle, now_ + limits_.keepAlive);
}

// What it sent is read to its end before the close, which else would be a reset and destroy answers on their way.
void RequestServer::hungUp(Connection& connection) {
    if (connection.state == State::Ending) table_.enter(connection, State::Lingering, now_ + limits_.lingerTime);
    connection.state == State::Lingering ? readable(connection) : table_.close(connection);
}

// The shutdown sends what is corked; a close alone would throw it away where bytes came that nobody has read.
void RequestServer::end(Connection& connection) {
    ::shutdown(connection.fd, SHUT_WR);
    connection.unread ? linger(connection) : table_.close(connection);
}

void RequestServer::linger(Connection& connection) {
    std::exchange(connection.input, {});
    if (connection.burst >= longestBurst) return table_.enter(connection, State::Ending, now_ + limits_.writeTime);
    table_.enter(connection, State::Lingering, now_ + limits_.lingerTime);
}

} // namespace probehost
