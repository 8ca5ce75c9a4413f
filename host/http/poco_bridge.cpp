// Counts what is under way, and refuses early once no handler comes back.
#include "http/poco_bridge.hpp"

#include "http/handler_pool.hpp"

namespace probehost {
namespace {

constexpr std::chrono::seconds hungAfter{1};

} // namespace

PocoBridge::PocoBridge(Poco::Net::HTTPRequestHandlerFactory::Ptr handlers, int threads, std::size_t queue)
    : pool_(std::make_unique<HandlerPool>(std::move(handlers), threads, queue)),
      threads_(static_cast<std::size_t>(threads)) {}

// A handler that still hangs goes on using the pool, which therefore stays until the process ends.
PocoBridge::~PocoBridge() {
    if (!stop(std::chrono::milliseconds(500))) static_cast<void>(pool_.release());
}

bool PocoBridge::stalled(Clock::time_point now) const {
    return inFlight_ >= threads_ && now - lastProgress_ > hungAfter;
}

bool PocoBridge::submit(Exchange& exchange, Clock::time_point now) {
    if (stalled(now)) return false;
    const auto slot = pool_->freeSlot();
    if (!slot) return false;
    if (inFlight_++ < threads_) lastProgress_ = now;
    (*pool_)[*slot] = std::move(exchange);
    pool_->hand(*slot);
    return true;
}

std::optional<Exchange> PocoBridge::next(Clock::time_point now) {
    const auto slot = pool_->finished();
    if (!slot) return std::nullopt;
    --inFlight_;
    lastProgress_ = now;
    Exchange done = std::exchange((*pool_)[*slot], {});
    pool_->release(*slot);
    return done;
}

int PocoBridge::doneFd() const { return pool_->doneFd(); }

bool PocoBridge::stop(std::chrono::milliseconds patience) { return pool_->finish(patience); }

} // namespace probehost
