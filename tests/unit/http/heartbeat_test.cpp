// When a scheduler counts as stopped, by the test's clock.
#include "http/heartbeat.hpp"

#include <catch2/catch.hpp>

using namespace probehost;
using namespace std::chrono_literals;

namespace {

int64_t ticks(Heartbeat::Clock::time_point when) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
}

} // namespace

TEST_CASE("heartbeat: a scheduler has its limit from its last tick on") {
    const auto now = Heartbeat::Clock::now();
    std::atomic<int64_t> beat = ticks(now + 10s);
    const Heartbeat heartbeat(beat, 5s);
    CHECK_FALSE(heartbeat.hasStopped(now + 15s));
    CHECK(heartbeat.hasStopped(now + 15s + 1ms));
    beat = ticks(now + 14s);
    CHECK_FALSE(heartbeat.hasStopped(now + 19s));
}

TEST_CASE("heartbeat: a start without a scheduler is alive for a minute") {
    const auto now = Heartbeat::Clock::now();
    std::atomic<int64_t> beat = 0;
    const Heartbeat heartbeat(beat, 5s);
    CHECK_FALSE(heartbeat.hasStopped(now + 60s));
    CHECK(heartbeat.hasStopped(Heartbeat::Clock::now() + 60s + 1ms));
    beat = ticks(now + 61s);
    CHECK_FALSE(heartbeat.hasStopped(now + 62s));
}

TEST_CASE("heartbeat: after a standstill of the whole process the scheduler has its time anew") {
    const auto now = Heartbeat::Clock::now();
    std::atomic<int64_t> beat = ticks(now);
    Heartbeat heartbeat(beat, 5s);
    heartbeat.pardon(now + 30s);
    CHECK_FALSE(heartbeat.hasStopped(now + 35s));
    CHECK(heartbeat.hasStopped(now + 35s + 1ms));
}
