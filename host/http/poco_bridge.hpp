// Runs whole requests through Poco's HTTP server classes on a pool of its own.
#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "http/memory_socket.hpp"

namespace probehost {

class HandlerPool;

// Called by the front's thread only, and never blocks it: requests and answers pass through pipes as slot numbers.
class PocoBridge {
  public:
    using Clock = std::chrono::steady_clock;

    PocoBridge(Poco::Net::HTTPRequestHandlerFactory::Ptr handlers, int threads, std::size_t queue);
    ~PocoBridge();

    // False when too many wait, or when every thread has hung in its handler for a second.
    bool submit(Exchange& exchange, Clock::time_point now);

    // The next exchange that has its answer. Readable doneFd() says that there is one.
    std::optional<Exchange> next(Clock::time_point now);
    int doneFd() const;

    // Waits that long for running handlers; false when one hangs. May be called again.
    bool stop(std::chrono::milliseconds patience);

  private:
    bool stalled(Clock::time_point now) const;

    std::unique_ptr<HandlerPool> pool_;
    const std::size_t threads_;
    std::size_t inFlight_ = 0;
    Clock::time_point lastProgress_;
};

} // namespace probehost
