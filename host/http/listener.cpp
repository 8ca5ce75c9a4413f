// SO_REUSEADDR lets a restart bind at once; SO_REUSEPORT would let a second instance bind unnoticed, so it is not set.
#include "http/listener.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>

#include <cstring>
#include <set>

#include "http/socket_address.hpp"

namespace probehost {
namespace {

// What a client that never reads, or whose requests are not read, can make the kernel hold.
constexpr int sendBuffer = 128 << 10;
constexpr int receiveBuffer = 16 << 10;

void setOption(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

std::string lastError() { return std::strerror(errno); }

FileDescriptor bound(const ListenSpec& where) {
    const SocketAddress address = parseSocketAddress(where.address);
    FileDescriptor fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) throw ListenError(where.address, lastError());
    setOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (address.family() == AF_INET6)
        setOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, address.isAnyV6() && !where.v6Only ? 0 : 1);
    if (::bind(fd.get(), address.data(), address.size()) != 0) throw ListenError(where.address, lastError());
    return fd;
}

FileDescriptor inherited(const ListenSpec& where) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(where.inheritedFd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0)
        throw ListenError(where.address, lastError());
    const auto family = SocketAddress::ofLocal(where.inheritedFd).family();
    if (listening == 0) throw ListenError(where.address, "the inherited socket does not listen");
    if (family != AF_INET && family != AF_INET6)
        throw ListenError(where.address, "the inherited socket is not a TCP socket");
    ::fcntl(where.inheritedFd, F_SETFD, FD_CLOEXEC);
    ::fcntl(where.inheritedFd, F_SETFL, O_RDWR | O_NONBLOCK);
    return FileDescriptor(where.inheritedFd);
}

std::set<uint16_t> portsOfV4(const std::vector<ListenSpec>& all) {
    std::set<uint16_t> ports;
    for (const auto& each : all) {
        if (each.inheritedFd >= 0) continue;
        const SocketAddress address = parseSocketAddress(each.address);
        if (address.family() == AF_INET && address.port() != 0) ports.insert(address.port());
    }
    return ports;
}

int secondsOfSilence(const Limits& limits) {
    return limits.headTime < limits.silence ? 0 : static_cast<int>(limits.silence.count());
}

} // namespace

std::vector<ListenSpec> besideEachOther(std::vector<ListenSpec> all) {
    const auto taken = portsOfV4(all);
    for (auto& each : all)
        each.v6Only = each.inheritedFd < 0 && taken.contains(parseSocketAddress(each.address).port());
    return all;
}

Listener Listener::tcp(const ListenSpec& where, const Limits& limits) {
    Listener listener(where.inheritedFd >= 0 ? inherited(where) : bound(where));
    setOption(listener.fd(), SOL_SOCKET, SO_SNDBUF, sendBuffer); // these are inherited by connections
    setOption(listener.fd(), SOL_SOCKET, SO_RCVBUF, receiveBuffer);
    setOption(listener.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
    listener.silence_ = secondsOfSilence(limits);
    listener.holdBackSilent(true);
    if (::listen(listener.fd(), limits.backlog) != 0) throw ListenError(where.address, lastError());
    return listener;
}

void Listener::holdBackSilent(bool yes) const {
    if (!isAdmin()) setOption(fd(), IPPROTO_TCP, TCP_DEFER_ACCEPT, yes ? silence_ : 0);
}

uint16_t Listener::port() const { return SocketAddress::ofLocal(fd()).port(); }

Listener::~Listener() {
    struct stat now {};
    if (!fd_ || path_.empty() || ::lstat(path_.c_str(), &now) != 0) return;
    if (now.st_ino == created_.st_ino && now.st_dev == created_.st_dev) ::unlink(path_.c_str());
}

} // namespace probehost
