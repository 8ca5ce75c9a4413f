// The kernel's report of which sockets are ready.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>

#include "http/file_descriptor.hpp"

namespace probehost {

class Epoll {
  public:
    Epoll();

    bool add(int fd, uint32_t events, uint64_t key) { return control(EPOLL_CTL_ADD, fd, events, key); }
    // Throws std::system_error where it cannot be watched.
    void require(int fd, uint32_t events, uint64_t key);
    bool change(int fd, uint32_t events, uint64_t key) { return control(EPOLL_CTL_MOD, fd, events, key); }
    void remove(int fd) { control(EPOLL_CTL_DEL, fd, 0, 0); }

    // Fetches the next events, once the last ones are taken.
    void wait(int timeoutMs);
    bool hasMore() const { return taken_ < count_; }
    const epoll_event& next() { return events_[taken_++]; }
    std::size_t count() const { return count_; } // of the last events that were fetched
    // Whether more sockets may be ready than were fetched.
    bool isFull() const { return count_ == events_.size(); }

  private:
    bool control(int operation, int fd, uint32_t events, uint64_t key);

    FileDescriptor fd_;
    std::array<epoll_event, 256> events_{};
    std::size_t count_ = 0;
    std::size_t taken_ = 0;
};

} // namespace probehost
