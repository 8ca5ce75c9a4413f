// A worker that keeps dying is started ever later, and then no more.
#include "isolation/restart_policy.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

// When a worker starts that always is wanted, and always dies after `life`: a hundred times, or until it is enough.
std::vector<RestartPolicy::TimePoint> startsWithLifeOf(std::chrono::seconds life) {
    RestartPolicy policy;
    std::vector<RestartPolicy::TimePoint> starts;
    RestartPolicy::TimePoint now{1h};
    while (starts.size() < 100 && !policy.quarantined()) {
        starts.push_back(now);
        policy.died(now + life);
        now = policy.notBefore();
    }
    return starts;
}

} // namespace

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

TEST_CASE("restart: whatever a worker's life, twelve starts, and then at most one a minute", "[isolation]") {
    const auto life = GENERATE(0s, 1s, 5s, 15s, 16s, 30s, 59s, 5min);
    CAPTURE(life.count());
    const auto starts = startsWithLifeOf(life);
    for (size_t start = 12; start < starts.size(); start++) CHECK(starts[start] - starts[start - 1] >= 60s);
    CHECK(starts.size() == (life <= 5s ? RestartPolicy::mostDeaths : 100)); // else it never is in quarantine
}

TEST_CASE("restart: a long life makes the pauses begin anew, a shorter one does not", "[isolation]") {
    RestartPolicy policy;
    RestartPolicy::TimePoint now{1h};
    for (int death = 0; death < 20; death++) policy.died(now += 100s);
    CHECK(policy.notBefore() >= now + 60s);
    CHECK(policy.notBefore() <= now + 90s);
    policy.died(now = policy.notBefore() + RestartPolicy::longLife - 1s);
    CHECK(policy.notBefore() >= now + 60s);
    policy.died(now = policy.notBefore() + RestartPolicy::longLife);
    CHECK(policy.notBefore() <= now + 120ms);
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
