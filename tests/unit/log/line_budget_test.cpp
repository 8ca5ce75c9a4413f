// A writer without an end gets its burst and then a trickle, and is told on.
#include "log/line_budget.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

using namespace std::chrono_literals;

TEST_CASE("line budget: a few lines are never left out", "[log]") {
    LineBudget budget;
    LineBudget::TimePoint now(1h);
    for (int i = 0; i < 1000; i++) {
        const auto grant = budget.take(now += 50ms);
        CHECK(grant.granted);
        CHECK(grant.notice.empty());
    }
}

TEST_CASE("line budget: who writes without end has a burst, and then twenty lines a second", "[log]") {
    LineBudget budget;
    LineBudget::TimePoint now(1h);
    int written = 0;
    int notices = 0;
    for (int i = 0; i < 100000; i++) {
        const auto grant = budget.take(now += 100us);
        written += grant.granted ? 1 : 0;
        notices += grant.notice.empty() ? 0 : 1;
    }
    CHECK(written >= 395);
    CHECK(written <= 405);
    CHECK(notices >= 9);
    CHECK(notices <= 11); // that it begins, and a count each second
}

TEST_CASE("line budget: what is left out is told at once, and counted in the end", "[log]") {
    LineBudget budget;
    const LineBudget::TimePoint now(1h);
    int written = 0;
    while (written < 1000 && budget.take(now).notice.empty()) written++;
    CHECK(written == LineBudget::atOnce);
    for (int i = 0; i < 4; i++) CHECK(budget.take(now).notice.empty());
    const auto after = budget.take(now + 1s);
    CHECK(after.granted);
    CHECK(after.notice == "5 lines of plugins were left out");
    const auto later = now + 1min;
    for (int i = 0; i < LineBudget::atOnce; i++) CHECK(budget.take(later).notice.empty());
    CHECK(budget.take(later).notice == "plugins write too many lines: some are left out"); // again
}

} // namespace probehost::test
