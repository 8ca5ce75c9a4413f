// Takes new connections in, also when connections or descriptors have run out.
#pragma once

#include <array>
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
    void watch();
    void acceptFrom(uint64_t key);
    // Serves new clients ahead of all that are ready, so that their wait does not grow with the number of others.
    void serveNewcomers();
    void forgetNewcomers() { silentCount_ = 0; }

    // Keeps one descriptor in reserve, and listens again after a pause.
    void recover(Clock::time_point now);
    bool isPaused() const { return paused_; }
    void close();

  private:
    enum class Moment : uint8_t { AtOnce, Late }; // how long after it came a client is accepted

    void accept(const Listener& listener, Moment moment);
    bool acceptOne(const Listener& listener, Moment moment);
    void admit(int fd, const SocketAddress& peer, bool admin, Moment moment);
    bool makeRoom();
    void pause();

    std::vector<Listener> listeners_;
    Epoll& epoll_;
    ConnectionTable& table_;
    RequestServer& server_;
    Counters& counters_;
    FileDescriptor spare_;
    std::array<uint64_t, 32> silent_{}; // the latest clients that had sent nothing when they were accepted
    std::size_t silentCount_ = 0;
    bool paused_ = false;
    Clock::time_point pausedUntil_;
};

} // namespace probehost
