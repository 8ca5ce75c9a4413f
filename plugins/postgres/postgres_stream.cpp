// The bytes of a connection that libpq has logged in, plain or over its TLS session.
#include "postgres_stream.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "net/error.hpp"

namespace probehost {
namespace {

int bounded(size_t size) { return static_cast<int>(std::min<size_t>(size, INT_MAX)); }

bool mustWait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

} // namespace

PostgresStream::PostgresStream(PGconn* connection)
    : fd_(PQsocket(connection)), session_(static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"))) {}

size_t PostgresStream::read(std::span<char> buffer, const sdk::Deadline& deadline) {
    for (;;) {
        if (deadline.passed()) throw sdk::Cancelled();
        const int count = tryRead(buffer);
        if (count > 0) return static_cast<size_t>(count);
        if (!advance(count, POLLIN, deadline)) return 0;
    }
}

void PostgresStream::writeAll(std::string_view bytes, const sdk::Deadline& deadline) {
    while (!bytes.empty()) {
        if (deadline.passed()) throw sdk::Cancelled();
        const int count = tryWrite(bytes);
        if (count > 0) {
            bytes.remove_prefix(static_cast<size_t>(count));
        } else if (!advance(count, POLLOUT, deadline)) {
            throw net::closedByPeer("the server closed the connection");
        }
    }
}

int PostgresStream::tryRead(std::span<char> buffer) const {
    ERR_clear_error();
    errno = 0;
    if (session_ != nullptr) return SSL_read(session_, buffer.data(), bounded(buffer.size()));
    return static_cast<int>(::recv(fd_, buffer.data(), bounded(buffer.size()), 0));
}

int PostgresStream::tryWrite(std::string_view bytes) const {
    ERR_clear_error();
    errno = 0;
    if (session_ != nullptr) return SSL_write(session_, bytes.data(), bounded(bytes.size()));
    return static_cast<int>(::send(fd_, bytes.data(), bounded(bytes.size()), MSG_NOSIGNAL));
}

bool PostgresStream::advance(int result, short events, const sdk::Deadline& deadline) const {
    const int error = errno;
    const int wanted = session_ == nullptr ? SSL_ERROR_SYSCALL : SSL_get_error(session_, result);
    ERR_clear_error();
    if (wanted == SSL_ERROR_ZERO_RETURN || (session_ == nullptr && result == 0)) return false;
    const bool retry = wanted == SSL_ERROR_SYSCALL && mustWait(error);
    if (wanted == SSL_ERROR_WANT_READ) events = POLLIN;
    if (wanted == SSL_ERROR_WANT_WRITE) events = POLLOUT;
    if (retry || wanted == SSL_ERROR_WANT_READ || wanted == SSL_ERROR_WANT_WRITE) {
        deadline.wait(fd_, events);
        return true;
    }
    if (wanted == SSL_ERROR_SSL) throw net::closedByPeer("TLS: the session was broken");
    if (error == 0) return false;
    throw net::systemError(error, "talk to the server");
}

} // namespace probehost
