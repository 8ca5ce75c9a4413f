// A plugin that repeats its secrets does not get them out.
#include <catch2/catch.hpp>

#include "plugins.hpp"

namespace probehost::test {

namespace {

constexpr const char* secret = "canary-in-a-password";

CheckSettings leaking(int before) {
    CheckSettings settings;
    settings.scalars = {{"/password", secret}, {"/before", std::to_string(before)}};
    settings.secrets = {secret};
    return settings;
}

} // namespace

TEST_CASE("secrets: they are masked in the message, the detail and the facts", "[plugin]") {
    const auto result = said(*wrapped("leaks", leaking(0)));
    CHECK(result.message == "*** and more");
    CHECK(result.detail == "*** and more");
    const std::vector<std::pair<std::string, std::string>> facts = {{"password", "*** and more"}, {"***", "a key"}};
    CHECK(result.facts == facts);
}

TEST_CASE("secrets: one at the place where a text is cut leaves nothing of itself", "[plugin]") {
    const auto before = GENERATE(180, 190, 195, 199, 200, 240, 250, 255, 2030, 2040, 2047, 2048);
    CAPTURE(before);
    const auto result = said(*wrapped("leaks", leaking(before)));
    const auto whole = std::string(static_cast<size_t>(before), '.') + "*** and more";
    for (const auto& text : {result.message, result.detail, result.facts[0].second}) {
        CHECK(text.size() >= std::min<size_t>(whole.size(), 200));
        CHECK(text == whole.substr(0, text.size()));
    }
}

TEST_CASE("secrets: one at the place where an exception's text is cut leaves nothing of itself", "[plugin]") {
    CheckSettings settings;
    settings.scalars = {{"/how", "long"}, {"/password", secret}};
    settings.secrets = {secret};
    const auto result = said(*wrapped("throws", settings));
    CHECK(result.message == "Checker failed");
    CHECK(result.detail == std::string(2040, '.') + "***");
}

} // namespace probehost::test
