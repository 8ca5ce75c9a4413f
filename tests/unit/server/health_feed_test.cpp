// The log has one line per change of a check, in an operator's words.
#include "server/health_feed.hpp"

#include <catch2/catch.hpp>

#include "output.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

CheckState stuckFor(std::optional<milliseconds> time) {
    CheckState state;
    state.name = "a";
    state.everRan = true;
    state.error = "Timeout after 100ms";
    state.stuckFor = time;
    return state;
}

// What the log says when `before` becomes `after`.
std::string told(const CheckState& before, const CheckState& after) {
    Output output;
    Log log(output.fd());
    HealthFeed feed(log, [](const std::string&) {});
    feed.changed(before, after);
    log.write(Level::Info, "end");
    return lines(output.readUntil("end")).at(0);
}

} // namespace

TEST_CASE("health feed: a stuck check is told when it begins, goes on and ends", "[server]") {
    using Catch::EndsWith;
    CHECK_THAT(told(stuckFor({}), stuckFor(510ms)),
               EndsWith("check \"a\" is stuck: Timeout after 100ms, and its run goes on"));
    CHECK_THAT(told(stuckFor(510ms), stuckFor(61s)), EndsWith("check \"a\" has been stuck for 61s: its run goes on"));
    CHECK_THAT(told(stuckFor(75900ms), stuckFor({})),
               EndsWith("check \"a\" is no longer stuck: its run came back after 75s"));
}

TEST_CASE("health feed: a stuck check that gets unhealthy is unhealthy", "[server]") {
    auto before = stuckFor(1s);
    before.healthy = true;
    CHECK_THAT(told(before, stuckFor(60s)), Catch::EndsWith("check \"a\" is unhealthy: Timeout after 100ms"));
}

} // namespace probehost::test
