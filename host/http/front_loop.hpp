// The front's only thread: waits for sockets, deadlines, new answers and finished handlers, and lets each be served.
#pragma once

#include <thread>

#include "http/acceptor.hpp"
#include "http/front.hpp"
#include "http/mailbox.hpp"

namespace probehost {

class FrontLoop {
  public:
    using Clock = std::chrono::steady_clock;

    FrontLoop(FrontOptions options, const std::atomic<int64_t>& schedulerBeat);
    ~FrontLoop();

    void publish(std::shared_ptr<const RenderedAnswers> answers);
    void apply(FrontSettings settings);
    void start();
    bool stop();

    uint16_t port() const { return port_; }
    const Counters& counters() const { return counters_; }
    const std::atomic<int64_t>& beat() const { return beat_; }

  private:
    void run();
    void turn();
    void await();
    void dispatch(const epoll_event& event);
    void readMail();
    void noticeStandstill(Clock::time_point awake);
    void noticeCrowd();
    int timeout(Clock::time_point now) const;
    void wake();
    void finishUp();

    const Limits limits_;
    const std::function<void(Probe)> refresh_;
    const std::function<void()> crowdLeft_;
    Counters counters_;
    Mailbox<std::shared_ptr<const RenderedAnswers>> newAnswers_;
    Mailbox<FrontSettings> newSettings_;
    FileDescriptor wakeUp_;
    std::atomic<bool> stopping_ = false;
    std::atomic<int64_t> beat_ = 0;

    Epoll epoll_;
    Heartbeat heartbeat_;
    PocoBridge handlers_;
    std::optional<PocoBridge> adminHandlers_;
    ConnectionTable table_;
    RequestServer server_;
    Acceptor acceptor_;
    const uint16_t port_;
    Clock::time_point lastAwake_ = Clock::now();
    std::size_t mostClients_ = 0; // since a crowd last left
    std::thread thread_;
};

} // namespace probehost
