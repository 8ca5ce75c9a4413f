// A thin owner of an epoll descriptor; level-triggered, so that nothing unread is forgotten.
#include "http/epoll.hpp"

#include <cerrno>
#include <system_error>

namespace probehost {

Epoll::Epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!fd_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void Epoll::require(int fd, uint32_t events, uint64_t key) {
    if (!add(fd, events, key)) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

bool Epoll::control(int operation, int fd, uint32_t events, uint64_t key) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = key;
    return ::epoll_ctl(fd_.get(), operation, fd, &event) == 0;
}

void Epoll::wait(int timeoutMs) {
    const int count = ::epoll_wait(fd_.get(), events_.data(), static_cast<int>(events_.size()), timeoutMs);
    count_ = count < 0 ? 0 : static_cast<std::size_t>(count);
    taken_ = 0;
}

} // namespace probehost
