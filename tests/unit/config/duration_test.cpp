// Durations: which texts are one, and what is said of the others.
#include "config/duration.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

using namespace std::chrono_literals;

TEST_CASE("a duration is a whole number with a unit", "[config]") {
    const auto [text, expected] = GENERATE(table<std::string, milliseconds>({{"800ms", 800ms},
                                                                             {"2s", 2000ms},
                                                                             {"1m", 60000ms},
                                                                             {"1h", 3600000ms},
                                                                             {"24h", 24h},
                                                                             {"0", 0ms},
                                                                             {"0s", 0ms},
                                                                             {"007s", 7s}}));
    const auto parsed = parseDuration(text, {});
    REQUIRE(std::holds_alternative<milliseconds>(parsed));
    CHECK(std::get<milliseconds>(parsed) == expected);
}

TEST_CASE("anything else is no duration", "[config]") {
    const auto* text = GENERATE("", "s", "2", "-2s", "+2s", "1.5s", "2 s", " 2s", "2s ", "2S", "2sec", "1m30s", "0x2s",
                                "25h", "9223372036854775807h", "99999999999999999999ms");
    INFO(text);
    CHECK(std::holds_alternative<std::string>(parseDuration(text, {})));
}

TEST_CASE("a duration keeps within its limits", "[config]") {
    const DurationLimits limits{1ms, 1min};
    CHECK(std::get<std::string>(parseDuration("0", limits)) == "must be longer than 0");
    CHECK(std::get<std::string>(parseDuration("61s", limits)) == "must be at most 1m");
    CHECK(std::get<milliseconds>(parseDuration("60s", limits)) == 1min);
    CHECK(std::get<std::string>(parseDuration("1s", {2s, 1min})) == "must be at least 2s");
}

TEST_CASE("a duration is written in its largest whole unit", "[config]") {
    CHECK(durationText(0ms) == "0s");
    CHECK(durationText(1500ms) == "1500ms");
    CHECK(durationText(90s) == "90s");
    CHECK(durationText(2min) == "2m");
    CHECK(durationText(24h) == "24h");
}

} // namespace probehost::test
