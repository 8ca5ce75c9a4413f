// What "did you mean" offers.
#include "config/suggestion.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

TEST_CASE("a slip of the keyboard finds the word that was meant", "[config]") {
    const std::vector<std::string> known = {"timeout", "interval", "max_age", "probes", "url"};
    const auto [written, meant] = GENERATE(table<std::string, std::string>({{"tiemout", "timeout"},
                                                                            {"timeuot", "timeout"},
                                                                            {"TimeOut", "timeout"},
                                                                            {"intervall", "interval"},
                                                                            {"max-age", "max_age"},
                                                                            {"maxAge", "max_age"},
                                                                            {"probe", "probes"},
                                                                            {"uri", "url"}}));
    CHECK(suggestion(written, known) == meant);
}

TEST_CASE("a different word finds nothing", "[config]") {
    const auto* written = GENERATE("", "x", "listen", "password", "u", "\xff\xff");
    CHECK_FALSE(suggestion(written, {"timeout", "interval", "url"}));
    CHECK_FALSE(suggestion(std::string(10000, 't'), {"timeout"}));
}

TEST_CASE("a hint is a suggestion or the list of what is known", "[config]") {
    CHECK(hint("tiemout", {"timeout", "url"}) == ", did you mean \"timeout\"?");
    CHECK(hint("colour", {"timeout", "url"}) == "; expected one of: timeout, url");
    CHECK(hint("colour", {}).empty());
}

} // namespace probehost::test
