// Renders on the caller's thread, so that the front's thread only swaps a pointer.
#include "http/front.hpp"

#include "http/front_loop.hpp"

namespace probehost {

Front::Front(FrontOptions options, const std::atomic<int64_t>& schedulerBeat)
    : loop_(std::make_unique<FrontLoop>(std::move(options), schedulerBeat)) {}

Front::~Front() = default;

void Front::publish(const ProbeAnswers& answers) { loop_->publish(std::make_shared<RenderedAnswers>(answers)); }

void Front::apply(FrontSettings settings) { loop_->apply(std::move(settings)); }

void Front::start() { loop_->start(); }

bool Front::stop() { return loop_->stop(); }

uint16_t Front::port() const { return loop_->port(); }

const std::atomic<int64_t>& Front::beat() const { return loop_->beat(); }

const Counters& Front::counters() const { return loop_->counters(); }

} // namespace probehost
