// A writer without an end gets its burst and then a trickle, and is told on.
#include "log/line_budget.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

using namespace std::chrono_literals;

TEST_CASE("line budget: a few lines are never left out", "[log]") {
    LineBudget budget;
    LineBudget::TimePoint now(1h);
    for (int i = 0; i < 1000; i++) CHECK(budget.take(now += 50ms) == 0U);
}

TEST_CASE("line budget: who writes without end has a burst, and then twenty lines a second", "[log]") {
    LineBudget budget;
    LineBudget::TimePoint now(1h);
    uint64_t written = 0;
    uint64_t leftOut = 0;
    for (int i = 0; i < 100000; i++) {
        if (const auto before = budget.take(now += 100us)) {
            written++;
            leftOut += *before;
        }
    }
    CHECK(written >= 395);
    CHECK(written <= 405);
    CHECK(written + leftOut >= 99500);
}

} // namespace probehost::test
