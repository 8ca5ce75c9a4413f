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
    bool change(int fd, uint32_t events, uint64_t key) { return control(EPOLL_CTL_MOD, fd, events, key); }
    void remove(int fd) { control(EPOLL_CTL_DEL, fd, 0, 0); }

    // The first count of events are filled in.
    std::size_t wait(int timeoutMs);
    const epoll_event& operator[](std::size_t i) const { return events_[i]; }

  private:
    bool control(int operation, int fd, uint32_t events, uint64_t key);

    FileDescriptor fd_;
    std::array<epoll_event, 256> events_{};
};

} // namespace probehost
