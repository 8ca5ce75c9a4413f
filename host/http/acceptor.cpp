// Under pressure the longest useless connection goes first; the spare descriptor is for when none can be spared.
#include "http/acceptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace probehost {
namespace {

constexpr std::size_t acceptsPerTurn = 32;
constexpr std::size_t busySockets = 8; // ready at once: then more than one client is likely to have come
constexpr std::chrono::milliseconds pauseTime{20};
constexpr std::chrono::seconds calmTime{5}; // without a slow client

// Linux looks for a free descriptor before it looks for a connection, so a shortage alone does not mean that one waits.
bool hasNewcomer(const Listener& listener) {
    const int shortage = errno;
    pollfd entry{listener.fd(), POLLIN, 0};
    const bool waits = ::poll(&entry, 1, 0) > 0;
    errno = shortage;
    return waits;
}

bool isShortage(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

} // namespace

Acceptor::Acceptor(std::vector<Listener> listeners, Epoll& epoll, ConnectionTable& table, RequestServer& server,
                   Counters& counters)
    : listeners_(std::move(listeners)), epoll_(epoll), table_(table), server_(server), counters_(counters) {
    recover(Clock::now());
}

void Acceptor::watch() {
    for (std::size_t i = 0; i < listeners_.size(); ++i) epoll_.require(listeners_[i].fd(), EPOLLIN, firstKey + i);
}

bool Acceptor::watchAgain() {
    bool all = true;
    for (std::size_t i = 0; i < listeners_.size(); ++i)
        all = (epoll_.add(listeners_[i].fd(), EPOLLIN, firstKey + i) || errno == EEXIST) && all;
    return all;
}

void Acceptor::acceptFrom(uint64_t key) {
    if (key - firstKey < listeners_.size()) accept(listeners_[key - firstKey]);
}

void Acceptor::acceptAll() {
    for (const Listener& listener : listeners_) accept(listener);
}

void Acceptor::accept(const Listener& listener) {
    std::size_t tries = 0;
    while (!paused_ && tries < acceptsPerTurn && acceptOne(listener)) ++tries;
}

// False when nobody else is to be taken in now.
bool Acceptor::acceptOne(const Listener& listener) {
    SocketAddress peer;
    socklen_t size = SocketAddress::capacity;
    const int fd = ::accept4(listener.fd(), listener.isAdmin() ? nullptr : peer.data(),
                             listener.isAdmin() ? nullptr : &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        admit(fd, peer, listener.isAdmin());
        return epoll_.count() >= busySockets;
    }
    if (errno == EAGAIN || (isShortage(errno) && !hasNewcomer(listener))) return false;
    if (isShortage(errno) && !makeRoom()) pause();
    return true;
}

// Most have sent their request by now, and are answered without epoll ever hearing of them.
void Acceptor::admit(int fd, const SocketAddress& peer, bool admin) {
    counters_.add(Count::Accepted);
    FileDescriptor owner(fd);
    if (admin && !isTrustedPeer(fd)) return counters_.add(Count::ForeignPeers);
    if (table_.isFull() && !server_.evict()) return;
    const bool overShare = !admin && table_.hasItsShare(peer.network());
    if (overShare && !server_.evictOf(peer.network())) return counters_.add(Count::OverShare);
    Connection& connection = table_.open(owner.release(), peer, admin);
    server_.accepted(connection);
    server_.readable(connection);
}

// Called for each failed accept: an evicted descriptor may lie beyond a limit that was lowered, so more may have to go.
bool Acceptor::makeRoom() {
    counters_.add(Count::OutOfDescriptors);
    if (server_.evict()) return true;
    if (!spare_) return false;
    spare_.reset();
    return true;
}

void Acceptor::pause() {
    for (const Listener& listener : listeners_) epoll_.remove(listener.fd());
    paused_ = true;
    pausedUntil_ = Clock::now() + pauseTime;
}

void Acceptor::recover(Clock::time_point now) {
    if (!spare_) spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!paused_ || now < pausedUntil_) return;
    paused_ = !watchAgain();
    pausedUntil_ = now + pauseTime;
}

void Acceptor::noticeSlowClients(Clock::time_point now) {
    const auto slowOnes = counters_[Count::DeadlineCloses];
    if (slowOnes != std::exchange(slowOnes_, slowOnes)) calmFrom_ = now + calmTime;
    if (calm_ == (now >= calmFrom_)) return;
    calm_ = !calm_;
    for (const Listener& listener : listeners_) listener.holdBackSilent(calm_);
}

void Acceptor::close() {
    for (const Listener& listener : listeners_) epoll_.remove(listener.fd());
    listeners_.clear();
    paused_ = false;
}

} // namespace probehost
