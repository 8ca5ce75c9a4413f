// Takes new connections in, also when connections or descriptors have run out.
#pragma once

#include <chrono>
#include <vector>

#include "http/listener.hpp"
#include "http/request_server.hpp"

namespace probehost {

class Acceptor {
  public:
    using Clock = std::chrono::steady_clock;

    static constexpr uint64_t firstKey = 0xFFFFFF00; // of listener 0 in epoll; no connection has it

    Acceptor(std::vector<Listener> listeners, Epoll& epoll, ConnectionTable& table, RequestServer& server,
             Counters& counters);

    uint16_t port() const { return listeners_.empty() ? uint16_t{0} : listeners_.front().port(); }
    // Throws std::system_error where that cannot be.
    void watch();
    void acceptFrom(uint64_t key);
    void acceptAll();

    // Keeps one descriptor in reserve, and listens again after a pause.
    void recover(Clock::time_point now);
    // Has the kernel hold back silent newcomers, but not within seconds of a client that was too slow: many that are
    // held back cost the kernel more than connections cost us, and stay for longer.
    void noticeSlowClients(Clock::time_point now);
    bool isPaused() const { return paused_; }
    void close();

  private:
    void accept(const Listener& listener);
    bool acceptOne(const Listener& listener);
    void admit(int fd, const SocketAddress& peer, bool admin);
    bool makeRoom();
    void pause();
    bool watchAgain();

    std::vector<Listener> listeners_;
    Epoll& epoll_;
    ConnectionTable& table_;
    RequestServer& server_;
    Counters& counters_;
    FileDescriptor spare_;
    bool paused_ = false;
    Clock::time_point pausedUntil_;
    bool calm_ = true;
    uint64_t slowOnes_ = 0; // so far
    Clock::time_point calmFrom_;
};

} // namespace probehost
