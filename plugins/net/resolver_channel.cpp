// A c-ares channel for one lookup: its sockets gathered behind one descriptor, so that one wait watches them all.
#include "net/resolver_channel.hpp"

#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "net/error.hpp"

namespace probehost::net {
namespace {

NetError notResolved(const std::string& host, int status) {
    return {"Name not resolved", "resolve " + host + ": " + ares_strerror(status)};
}

// c-ares' own socket calls would neither set close-on-exec at once nor hold back SIGPIPE.
const ares_socket_functions kSocketFunctions = {
    [](int family, int type, int protocol, void*) {
        return ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    },
    [](ares_socket_t socket, void*) { return ::close(socket); },
    [](ares_socket_t socket, const sockaddr* to, ares_socklen_t length, void*) {
        return ::connect(socket, to, length);
    },
    [](ares_socket_t socket, void* buffer, size_t size, int flags, sockaddr* from, ares_socklen_t* length, void*) {
        return ::recvfrom(socket, buffer, size, flags, from, length);
    },
    [](ares_socket_t socket, const iovec* parts, int count, void*) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(parts);
        message.msg_iovlen = static_cast<size_t>(count);
        return ::sendmsg(socket, &message, MSG_NOSIGNAL);
    }};

// The first question may take a quarter of the time, so that a dead first name server leaves room for the next.
int questionTimeout(sdk::milliseconds time) {
    return static_cast<int>(std::clamp(time / 4, sdk::milliseconds(50), sdk::milliseconds(2000)).count());
}

} // namespace

ResolverChannel::ResolverChannel(sdk::milliseconds time) : sockets_(epoll_create1(EPOLL_CLOEXEC)) {
    ares_options options{};
    options.timeout = questionTimeout(time);
    options.tries = 4;
    options.sock_state_cb = socketState;
    options.sock_state_cb_data = this;
    const int status = sockets_ < 0 ? ARES_ENOMEM
                                    : ares_init_options(&channel_, &options,
                                                        ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
        if (sockets_ >= 0) close(sockets_);
        throw NetError("Name not resolved", std::string("resolver: ") + ares_strerror(status));
    }
    ares_set_socket_functions(channel_, &kSocketFunctions, nullptr);
}

ResolverChannel::~ResolverChannel() {
    ares_destroy(channel_);
    close(sockets_);
}

std::vector<Address> ResolverChannel::lookUp(const std::string& host, uint16_t port, const sdk::Deadline& deadline) {
    start(host, port);
    while (!status_) step(deadline);
    if (*status_ != ARES_SUCCESS) throw notResolved(host, *status_);
    if (addresses_.empty()) throw notResolved(host, ARES_ENODATA);
    return std::move(addresses_);
}

void ResolverChannel::start(const std::string& host, uint16_t port) {
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = ARES_AI_NUMERICSERV;
    ares_getaddrinfo(channel_, host.c_str(), std::to_string(port).c_str(), &hints, answered, this);
}

void ResolverChannel::step(const sdk::Deadline& deadline) {
    timeval longest{1, 0};
    timeval buffer{};
    const timeval* next = ares_timeout(channel_, &longest, &buffer);
    deadline.waitFor(sockets_, POLLIN, sdk::milliseconds(next->tv_sec * 1000 + next->tv_usec / 1000 + 1));
    epoll_event ready[16];
    const int count = epoll_wait(sockets_, ready, 16, 0);
    for (int i = 0; i < count && !status_; i++) {
        const auto socket = ready[i].data.fd;
        const bool writable = (ready[i].events & EPOLLOUT) != 0;
        const bool readable = (ready[i].events & ~uint32_t{EPOLLOUT}) != 0;
        ares_process_fd(channel_, readable ? socket : ARES_SOCKET_BAD, writable ? socket : ARES_SOCKET_BAD);
    }
    if (count <= 0) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void ResolverChannel::socketState(void* self, ares_socket_t socket, int readable, int writable) {
    const int sockets = static_cast<ResolverChannel*>(self)->sockets_;
    epoll_event wanted{};
    wanted.events = (readable ? uint32_t{EPOLLIN} : 0u) | (writable ? uint32_t{EPOLLOUT} : 0u);
    wanted.data.fd = socket;
    if (wanted.events == 0) {
        epoll_ctl(sockets, EPOLL_CTL_DEL, socket, nullptr);
    } else if (epoll_ctl(sockets, EPOLL_CTL_MOD, socket, &wanted) != 0 && errno == ENOENT) {
        epoll_ctl(sockets, EPOLL_CTL_ADD, socket, &wanted);
    }
}

void ResolverChannel::answered(void* self, int status, int, ares_addrinfo* found) {
    auto& channel = *static_cast<ResolverChannel*>(self);
    channel.status_ = status;
    if (found == nullptr) return;
    for (const auto* node = found->nodes; node != nullptr; node = node->ai_next) {
        Address address;
        address.length = static_cast<socklen_t>(node->ai_addrlen);
        std::memcpy(&address.storage, node->ai_addr, node->ai_addrlen);
        channel.addresses_.push_back(address);
    }
    ares_freeaddrinfo(found);
}

} // namespace probehost::net
