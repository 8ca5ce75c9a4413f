// The front owns every client socket, in one thread that never blocks, and works as an accept filter: only a request
// that is whole, valid and in time gets any further.
#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/counters.hpp"
#include "http/front_settings.hpp"
#include "http/limits.hpp"
#include "http/listener.hpp"
#include "http/probe_answers.hpp"
#include "http/routing.hpp"

namespace probehost {

class FrontLoop;

// An additional Unix socket for root and our own user. All its requests, of any path, go to its own handlers.
struct AdminOptions {
    std::string path;
    Poco::Net::HTTPRequestHandlerFactory::Ptr handlers;
};

struct FrontOptions {
    std::vector<ListenSpec> listen;
    Limits limits;
    FrontSettings settings;
    std::optional<AdminOptions> admin;

    // Everything that is not a probe in its default form: probes with verbose or exclude, text/plain and
    // application/health+json, /health/ready/NAME, and the paths that routed says have a handler.
    Poco::Net::HTTPRequestHandlerFactory::Ptr handlers;
    Routed routed;

    // Called on the front's thread, at most once per turn of its loop, when probes begin to wait for fresher results.
    // It must not block. Publishing is the answer.
    std::function<void(Probe)> refresh;

    // Called on the front's thread when most of a thousand clients or more have left. It must not block.
    std::function<void()> crowdLeft;

    std::chrono::milliseconds beatLimit{5000};
};

class Front {
  public:
    // Binds; throws ListenError. The beat is the CLOCK_MONOTONIC time of the scheduler's last tick in nanoseconds, and
    // outlives the front: when it is older than beatLimit, /health gives the stuck answer.
    Front(FrontOptions options, const std::atomic<int64_t>& schedulerBeat);
    ~Front();

    // From any thread, one caller at a time: renders, and hands over without a lock.
    void publish(const ProbeAnswers& answers);
    void apply(FrontSettings settings);

    void start();

    // Ends the loop after answers under way are written (half a second at most), then waits as long for handlers. False
    // when a handler hangs: its thread, and the factory it came from, then have to stay until the process ends.
    bool stop();

    // Of the first address, once bound.
    uint16_t port() const;
    const Counters& counters() const;
    // CLOCK_MONOTONIC nanoseconds of the last turn of the front's thread; about a second old at most in a live host.
    const std::atomic<int64_t>& beat() const;

  private:
    std::unique_ptr<FrontLoop> loop_;
};

} // namespace probehost
