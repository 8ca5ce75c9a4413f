// One datagram per word; a manager that does not listen is no reason to wait.
#include "server/service_manager.hpp"

#include <Poco/Net/SocketAddress.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>

#include "http/socket_address.hpp"
#include "log/one_line.hpp"

namespace probehost {

namespace {

constexpr std::chrono::microseconds unwellInterval{100'000}; // a moment's stall costs no more than that

std::string taken(const char* name) {
    const char* value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    unsetenv(name);
    return text;
}

int64_t number(const std::string& text) {
    int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

constexpr int firstSocket = 3; // SD_LISTEN_FDS_START
constexpr int64_t mostSockets = 64;

ListenSpec inheritedSocket(int fd) {
    const auto address = SocketAddress::ofLocal(fd);
    const bool named = address.family() == AF_INET || address.family() == AF_INET6;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return {named ? address.forPoco().toString() : "descriptor " + std::to_string(fd) + " of LISTEN_FDS", fd};
}

std::vector<ListenSpec> inheritedSockets() {
    const auto count = std::min(number(taken("LISTEN_FDS")), mostSockets);
    const bool ours = number(taken("LISTEN_PID")) == getpid();
    unsetenv("LISTEN_FDNAMES");
    std::vector<ListenSpec> sockets;
    for (int i = 0; ours && i < count; i++) sockets.push_back(inheritedSocket(firstSocket + i));
    return sockets;
}

// A status is one line, whatever is told in it.
std::string statusField(std::string_view status) { return "STATUS=" + oneLine(std::string(status)); }

} // namespace

ServiceManager::ServiceManager() : sockets_(inheritedSockets()), address_(taken("NOTIFY_SOCKET")) {
    const auto every = number(taken("WATCHDOG_USEC"));
    const auto whom = taken("WATCHDOG_PID");
    const bool path = address_.starts_with('/') || address_.starts_with('@');
    if (!path || address_.size() >= sizeof(sockaddr_un::sun_path)) return;
    if (address_.front() == '@') address_.front() = '\0'; // an abstract socket
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (every <= 0 || (!whom.empty() && number(whom) != getpid())) return;
    interval_ = std::chrono::microseconds(every) / 3;
    next_ = Clock::now();
}

ServiceManager::~ServiceManager() {
    if (fd_ >= 0) close(fd_);
}

void ServiceManager::ready(std::string_view status) const { tell("READY=1\n" + statusField(status)); }

void ServiceManager::status(std::string_view status) const { tell(statusField(status)); }

void ServiceManager::reloading() const {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void ServiceManager::stopping(std::chrono::microseconds limit) const {
    tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(limit.count()));
}

void ServiceManager::feed(Clock::time_point now, bool well) {
    if (!next_ || now < *next_) return;
    next_ = now + (well ? interval_ : std::min(interval_, unwellInterval));
    if (well) tell("WATCHDOG=1");
}

void ServiceManager::tell(std::string_view words) const {
    if (fd_ < 0) return;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    address_.copy(to.sun_path, address_.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    sendto(fd_, words.data(), words.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
}

} // namespace probehost
