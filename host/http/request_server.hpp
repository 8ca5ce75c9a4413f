// Turns what connections send into answers: from ready bytes, after a wait for fresh results, or through a handler.
#pragma once

#include <array>
#include <memory>

#include "http/connection_table.hpp"
#include "http/heartbeat.hpp"
#include "http/poco_bridge.hpp"
#include "http/routing.hpp"

namespace probehost {

// Everything here runs on the front's thread and neither blocks nor, for a probe, allocates.
class RequestServer {
  public:
    using Clock = std::chrono::steady_clock;

    struct Handlers {
        PocoBridge* open = nullptr;
        PocoBridge* admin = nullptr;
    };

    RequestServer(const Limits& limits, ConnectionTable& table, Counters& counters, Heartbeat& heartbeat,
                  Handlers handlers, Routed routed);

    // The time of this turn of the loop.
    void setTime(Clock::time_point now) { now_ = now; }
    void publish(std::shared_ptr<const RenderedAnswers> answers) { answers_ = std::move(answers); }
    void apply(std::unique_ptr<const FrontSettings> settings) { settings_ = std::move(settings); }

    void accepted(Connection& connection);
    void readable(Connection& connection);
    void writable(Connection& connection);
    void hungUp(Connection& connection); // neither side will send more
    void finished(PocoBridge& bridge);

    // Closes or answers what has run out of time, a bounded number at once.
    void expire();
    // Answers waiting probes for which the results are now fresh enough, a bounded number at once.
    void releaseParked();
    bool hasParkedToRelease() const;
    // Whether a probe began to wait since this was last asked.
    bool takeNewWaiters() { return std::exchange(newWaiters_, false); }

    // Makes room for one connection; of this network, if given. False when nothing can be spared.
    bool evict();
    bool evictOf(uint64_t network);

    // Closes what is idle and answers what waits. What is left has an answer coming, or a request.
    void beginStop();

  private:
    static constexpr uint8_t longestBurst = 16; // pipelined requests before the connection has to be made anew

    // Serves the requests in bytes; returns how many bytes they were.
    std::size_t serve(Connection& connection, std::string_view bytes);
    void serveHeld(Connection& connection);
    std::size_t serveOne(Connection& connection, std::string_view bytes);
    std::size_t dispatch(Connection& connection, const HeadResult& head, std::string_view bytes);
    void take(Connection& connection, std::string_view fresh);
    void keep(Connection& connection, std::string_view rest);
    void settle(Connection& connection);
    void boundInput(Connection& connection);
    std::size_t awaitBody(Connection& connection, std::size_t size, std::size_t sofar);

    void refuse(Connection& connection, int status, Method method);
    void turnAway(Connection& connection, int status);
    void forget(Connection& connection);
    void answerProbe(Connection& connection, Probe probe);
    bool park(Connection& connection, Probe probe);
    void unpark(Connection& connection);
    void forward(Connection& connection);

    void answer(Connection& connection, std::string_view bytes);
    void flush(Connection& connection);
    static void push(const Connection& connection);
    void answered(Connection& connection);
    void resume(Connection& connection);
    void end(Connection& connection);
    void linger(Connection& connection);
    bool isDue(const ConnectionList& list) const;
    void expire(Connection& connection);
    void sacrifice(Connection& connection);

    const Limits& limits_;
    ConnectionTable& table_;
    Counters& counters_;
    Heartbeat& heartbeat_;
    const Handlers handlers_;
    const Routed routed_;
    std::unique_ptr<const FrontSettings> settings_;
    std::shared_ptr<const RenderedAnswers> answers_;
    Clock::time_point now_;
    bool newWaiters_ = false;
    bool more_ = false;     // something lies behind the request that is being answered
    bool stopping_ = false; // each connection's next answer is its last
    std::array<char, 16384> scratch_{};
};

} // namespace probehost
