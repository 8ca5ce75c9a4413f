// One datagram per word; a manager that does not listen is no reason to wait.
#include "server/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>

namespace probehost {

namespace {

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

} // namespace

ServiceManager::ServiceManager() : address_(taken("NOTIFY_SOCKET")) {
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

void ServiceManager::ready(std::string_view status) const { tell("READY=1\nSTATUS=" + std::string(status)); }

void ServiceManager::reloading() const {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void ServiceManager::stopping() const { tell("STOPPING=1\nSTATUS=draining"); }

void ServiceManager::feed(Clock::time_point now, bool well) {
    if (!next_ || now < *next_) return;
    next_ = now + interval_;
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
