// What the C++ wrapper promises: exceptions stop at the boundary, settings are read, a deadline ends every wait.
#include <catch2/catch.hpp>

#include "plugins.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

CheckSettings settings(std::map<std::string, std::string> scalars) {
    CheckSettings settings;
    settings.scalars = std::move(scalars);
    return settings;
}

} // namespace

TEST_CASE("wrapper: what a class says of itself reaches the host", "[plugin]") {
    const PluginLibrary library(pluginPath("wrapped"), host());
    CHECK(std::string(library.plugin().name) == "wrapped");
    CHECK(std::string(library.plugin().version) == "2.0.0");
    const auto good = library.describe().checkers[0];
    CHECK(good.name == "good");
    CHECK(good.local);
    CHECK(good.doesIo);
    CHECK(good.probes.has(Probe::Live));
    CHECK_FALSE(good.probes.has(Probe::Ready));
    CHECK(good.timeout == 700ms);
    CHECK(good.interval == 8s);
    CHECK(good.maxAge == 90ms);
    CHECK(good.infoJson == R"({"docs":"https://example.org"})");
    const auto memory = library.describe().checkers[1];
    CHECK_FALSE(memory.doesIo);
    CHECK_FALSE(memory.local);
    CHECK(memory.settingsSchema == R"({"type":"object","additionalProperties":false})");
}

TEST_CASE("wrapper: a verdict, its detail, its facts and its log lines reach the host", "[plugin]") {
    ears().take();
    const auto checker = wrapped("good");
    const auto lines = ears().take();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text == "created");
    CHECK(lines[0].level == Level::Info);

    const auto result = said(*checker);
    CHECK(result.status == Status::Pass);
    CHECK(result.detail == "answered in time");
    CHECK(result.latencyMs.value() >= 0);
    const std::vector<std::pair<std::string, std::string>> facts = {
        {"peer", "127.0.0.1"}, {"attempts", "2.000000 times"}, {"once", "no"}};
    CHECK(result.facts == facts);
    CHECK(checker->run({Clock::now() + 30s, Reason::Once, 1})->facts[2].second == "yes");
}

TEST_CASE("wrapper: a warning carries its message, and no latency without I/O", "[plugin]") {
    const auto result = said(*wrapped("memory"));
    CHECK(result.status == Status::Warn);
    CHECK(result.message == "Getting full");
    CHECK(result.detail == "93 %");
    CHECK_FALSE(result.latencyMs);
}

TEST_CASE("wrapper: whatever a constructor throws refuses the check, in words and without secrets", "[plugin]") {
    auto [how, why] = GENERATE(table<std::string, std::string>({
        {"config", "port: expected 1 to 65535, not ***"},
        {"runtime", "no memory for ***"},
        {"int", "an exception of unknown type"},
        {"garbled", "port: \xEF\xBF\xBD"},
        {"empty", "its checker could not be created and gave no reason"},
    }));
    auto bad = settings({{"/how", how}, {"/port", "hunter2"}});
    bad.secrets = {"hunter2"};
    CHECK_THROWS_WITH(wrapped("refuses", bad), why);
    CHECK_THROWS_AS(wrapped("refuses", bad), CheckNotCreated);
}

TEST_CASE("wrapper: whatever a run throws is unhealthy, and a wait that was cut short is a timeout", "[plugin]") {
    auto [how, message, detail] = GENERATE(table<std::string, std::string, std::string>({
        {"runtime", "Checker failed", "vendor failed with ***"},
        {"int", "Checker failed", "an exception of unknown type"},
        {"nothing", "Checker gave no verdict", ""},
    }));
    auto bad = settings({{"/how", how}, {"/password", "hunter2"}});
    bad.secrets = {"hunter2"};
    const auto checker = wrapped("throws", bad);
    for (int i = 0; i < 2; i++) {
        const auto result = said(*checker);
        CHECK(result.status == Status::Fail);
        CHECK(result.message == message);
        CHECK(result.detail == detail);
    }
    CHECK_FALSE(runOnce(*wrapped("throws", settings({{"/how", "cancelled"}}))));
}

TEST_CASE("wrapper: settings are read by name and by pointer, with what to take when they are absent", "[plugin]") {
    const auto given = settings({{"/url", "redis://cache"},
                                 {"/tls/ca_file", "/etc/ca.pem"},
                                 {"/urls/0", "first"},
                                 {"/urls/1", "second"},
                                 {"/port", "6380"},
                                 {"/yes", "true"},
                                 {"/no", "false"},
                                 {"/wait", "2s"},
                                 {"/empty", ""}});
    CHECK(said(*wrapped("reads", given)).detail ==
          "redis://cache|absent|/etc/ca.pem|second|6380|7|100|2000|5|empty|nothing");
    CHECK(said(*wrapped("reads")).detail == "none|absent|||1|7|000|0|5|nothing|nothing");
}

TEST_CASE("wrapper: durations have units", "[plugin]") {
    auto [text, milliseconds] = GENERATE(
        table<std::string, std::string>({{"800ms", "800"}, {"2s", "2000"}, {"1m", "60000"}, {"1h", "3600000"}}));
    CHECK(said(*wrapped("reads", settings({{"/wait", text}}))).detail.find("|" + milliseconds + "|") !=
          std::string::npos);
}

TEST_CASE("wrapper: a duration without a unit is refused", "[plugin]") {
    const auto* const text = GENERATE("2", "s", "2 s", "2d", "", "-2s", " 2s", "+2s", "2.5s");
    CHECK_THROWS_WITH(wrapped("reads", settings({{"/wait", text}})),
                      "wait: expected a duration such as 800ms, 2s or 1m");
}

TEST_CASE("wrapper: a wait ends at the deadline, and at once when it has passed", "[plugin]") {
    const auto checker = wrapped("waits");
    const auto start = Clock::now();
    CHECK_FALSE(checker->run({start + 50ms, Reason::Schedule, 1}));
    CHECK(Clock::now() >= start + 50ms);
    CHECK_FALSE(checker->run({Clock::now() - 1h, Reason::Schedule, 2}));
    CHECK(Clock::now() - start < 10s);
}

TEST_CASE("wrapper: the host's extensions are found by their id, unknown ones are nothing", "[plugin]") {
    CHECK(said(*wrapped("application")).detail == "1 1234 0");
}

TEST_CASE("host table: settings come as one scalar each, or as a whole", "[plugin]") {
    auto given = settings({{"/port", "6380"}});
    given.json = R"({"port":6380})";
    const auto* opaque = reinterpret_cast<const ph_settings*>(&given);
    uint64_t length = 0;
    CHECK(std::string(host()->setting(opaque, "/port", &length)) == "6380");
    CHECK(length == 4);
    CHECK(std::string(host()->setting(opaque, "/port", nullptr)) == "6380");
    CHECK(host()->setting(opaque, "port", nullptr) == nullptr);
    CHECK(host()->setting(opaque, nullptr, nullptr) == nullptr);
    CHECK(std::string(host()->settings_json(opaque, &length)) == R"({"port":6380})");
    CHECK(length == 13);
    CHECK(std::string(host()->settings_json(opaque, nullptr)).size() == 13);
}

} // namespace probehost::test
