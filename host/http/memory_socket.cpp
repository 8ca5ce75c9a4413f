// Poco asks a socket for its descriptor only to see whether it is open; one that no process can have stands in for it.
#include "http/memory_socket.hpp"

#include <Poco/Net/NetException.h>

#include <algorithm>
#include <climits>

namespace probehost {
namespace {

constexpr int noDescriptor = INT_MAX;
constexpr std::size_t longestAnswer = 8U << 20U;

int take(const std::string& source, std::size_t& read, void* buffer, int length) {
    const std::size_t count = std::min(source.size() - read, static_cast<std::size_t>(std::max(length, 0)));
    std::copy_n(source.data() + read, count, static_cast<char*>(buffer));
    read += count;
    return static_cast<int>(count);
}

} // namespace

MemorySocket::MemorySocket(Exchange& exchange) : exchange_(exchange) { reset(noDescriptor); }

MemorySocket::~MemorySocket() { reset(); }

int MemorySocket::receiveBytes(void* buffer, int length, int) {
    if (headRead_ < exchange_.head.size()) return take(exchange_.head, headRead_, buffer, length);
    return take(exchange_.body, bodyRead_, buffer, length);
}

int MemorySocket::receiveBytes(Poco::Net::SocketBufVec& buffers, int flags) {
    return buffers.empty() ? 0 : receiveBytes(buffers[0].iov_base, static_cast<int>(buffers[0].iov_len), flags);
}

int MemorySocket::sendBytes(const void* buffer, int length, int) {
    if (exchange_.answer.size() + static_cast<std::size_t>(length) > longestAnswer)
        throw Poco::Net::NetException("Answer too long");
    exchange_.answer.append(static_cast<const char*>(buffer), static_cast<std::size_t>(length));
    return length;
}

int MemorySocket::sendBytes(const Poco::Net::SocketBufVec& buffers, int flags) {
    int sent = 0;
    for (const auto& buffer : buffers) sent += sendBytes(buffer.iov_base, static_cast<int>(buffer.iov_len), flags);
    return sent;
}

// Only a head is worth another round of Poco's loop.
bool MemorySocket::poll(const Poco::Timespan&, int mode) {
    return (mode & SELECT_WRITE) != 0 || ((mode & SELECT_READ) != 0 && headRead_ < exchange_.head.size());
}

int MemorySocket::available() {
    const std::size_t left =
        headRead_ < exchange_.head.size() ? exchange_.head.size() - headRead_ : exchange_.body.size() - bodyRead_;
    return static_cast<int>(left);
}

} // namespace probehost
