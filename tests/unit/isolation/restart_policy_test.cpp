// A worker that keeps dying is started ever later, and then no more.
#include "isolation/restart_policy.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

using namespace std::chrono_literals;

TEST_CASE("restart: at once at first, then after a pause that doubles", "[isolation]") {
    RestartPolicy policy;
    const RestartPolicy::TimePoint start{1h};
    CHECK(policy.notBefore() <= start);
    auto pause = 100ms;
    for (size_t death = 1; death < RestartPolicy::mostDeaths; death++) {
        policy.died(start);
        CHECK(policy.notBefore() >= start + pause * 8 / 10);
        CHECK(policy.notBefore() <= start + pause * 12 / 10);
        CHECK_FALSE(policy.quarantined());
        pause *= 2;
    }
}

TEST_CASE("restart: five deaths in a minute are enough, until a reset", "[isolation]") {
    RestartPolicy policy;
    const RestartPolicy::TimePoint start{1h};
    for (int death = 0; death < 4; death++) policy.died(start + death * 15s);
    CHECK_FALSE(policy.quarantined());
    policy.died(start + 60s);
    CHECK(policy.quarantined());
    policy.reset();
    CHECK_FALSE(policy.quarantined());
    CHECK(policy.notBefore() <= start);
}

TEST_CASE("restart: deaths that are far apart never are enough", "[isolation]") {
    RestartPolicy policy;
    for (int death = 1; death < 100; death++) {
        const auto now = RestartPolicy::TimePoint(death * 16s);
        policy.died(now);
        CHECK_FALSE(policy.quarantined());
        CHECK(policy.notBefore() <= now + 1s);
    }
}

TEST_CASE("restart: hangs double the pause up to a limit, and are never enough", "[isolation]") {
    RestartPolicy policy;
    RestartPolicy::TimePoint now{1h};
    std::chrono::duration<double> pause = 100ms;
    for (int hang = 0; hang < 1000; hang++) {
        policy.hung(now);
        CHECK(policy.notBefore() >= now + pause * 0.79);
        CHECK(policy.notBefore() <= now + pause * 1.21);
        CHECK_FALSE(policy.quarantined());
        pause = std::min<std::chrono::duration<double>>(pause * 2, RestartPolicy::longestPause);
        now += 30s;
    }
    now += 61s;
    policy.hung(now);
    CHECK(policy.notBefore() <= now + 120ms);
}

} // namespace probehost::test
