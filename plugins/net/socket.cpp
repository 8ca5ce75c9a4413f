// A connected stream socket whose every wait ends at a deadline.
#include "net/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace probehost::net {
namespace {

Address unixAddress(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof(address.sun_path)) throw systemError(ENAMETOOLONG, "connect to the Unix socket");
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    Address result;
    std::memcpy(&result.storage, &address, sizeof(address));
    result.length = sizeof(address);
    return result;
}

std::string describe(const Address& address) {
    return "connect " + (address.family() == AF_UNIX ? "to the Unix socket" : address.text());
}

bool mustWait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

} // namespace

Socket::Socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    if (fd_ < 0) throw systemError(errno, "socket");
    const int on = 1;
    if (family != AF_UNIX) setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Socket::~Socket() {
    if (fd_ >= 0) ::close(fd_);
}

Socket Socket::connectTcp(const std::vector<Address>& addresses, const sdk::Deadline& deadline) {
    NetError failure("Name not resolved", "connect: no address given");
    for (size_t i = 0; i < addresses.size(); i++) {
        const auto left = static_cast<long>(addresses.size() - i);
        try {
            Socket socket(addresses[i].family());
            socket.connect(addresses[i], deadline, left == 1 ? deadline.remaining() : deadline.remaining() / left);
            return socket;
        } catch (const NetError& error) {
            failure = NetError(error.message, i == 0 ? error.detail : failure.detail + "; " + error.detail,
                               error.connectionLevel);
        }
    }
    throw failure;
}

Socket Socket::connectUnix(const std::string& path, const sdk::Deadline& deadline) {
    const Address address = unixAddress(path);
    Socket socket(AF_UNIX);
    // A full backlog says EAGAIN instead of letting us poll, so ask again until there is room.
    while (::connect(socket.fd_, address.get(), address.length) != 0) {
        if (errno != EAGAIN && errno != EINTR) throw systemError(errno, describe(address));
        deadline.waitFor(-1, 0, sdk::milliseconds(5));
    }
    return socket;
}

void Socket::connect(const Address& address, const sdk::Deadline& deadline, sdk::milliseconds limit) {
    int error = ::connect(fd_, address.get(), address.length) == 0 ? 0 : errno;
    if (error == EINPROGRESS || error == EINTR) error = finishConnect(deadline, limit);
    if (error != 0) throw systemError(error, describe(address));
}

int Socket::finishConnect(const sdk::Deadline& deadline, sdk::milliseconds limit) const {
    if (!deadline.waitFor(fd_, POLLOUT, limit)) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

ssize_t Socket::tryRead(std::span<char> buffer) const { return ::recv(fd_, buffer.data(), buffer.size(), 0); }

ssize_t Socket::tryWrite(std::string_view bytes) const { return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

size_t Socket::read(std::span<char> buffer, const sdk::Deadline& deadline) {
    for (;;) {
        deadline.wait(fd_, POLLIN);
        if (deadline.passed()) throw sdk::Cancelled();
        const ssize_t count = tryRead(buffer);
        if (count >= 0) return static_cast<size_t>(count);
        if (!mustWait(errno)) throw systemError(errno, "read");
    }
}

void Socket::writeAll(std::string_view bytes, const sdk::Deadline& deadline) {
    while (!bytes.empty()) {
        if (deadline.passed()) throw sdk::Cancelled();
        const ssize_t count = tryWrite(bytes);
        if (count >= 0) {
            bytes.remove_prefix(static_cast<size_t>(count));
        } else if (!mustWait(errno)) {
            throw systemError(errno, "write");
        } else {
            deadline.wait(fd_, POLLOUT);
        }
    }
}

} // namespace probehost::net
