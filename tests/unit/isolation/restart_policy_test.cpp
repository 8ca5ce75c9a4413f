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

} // namespace probehost::test
