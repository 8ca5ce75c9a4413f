// A check says the same whether it runs in the host or in a worker.
#include <catch2/catch.hpp>

#include "workers.hpp"

namespace probehost::test {

TEST_CASE("parity: every conduct comes to the same in a worker", "[isolation]") {
    const auto* const name = GENERATE("silent", "detail-only", "unknown", "twice", "takes-back", "praised",
                                      "other-thread", "shouts", "garbled", "garbled-error", "thousand-facts", "nothing",
                                      "cancelled", "failing", "failing-silently", "lying", "late");
    CAPTURE(name);
    const auto near = runOnce(*conduct(name));
    const auto far = runFor(*conductFar(name), std::chrono::seconds(30));
    REQUIRE(near.has_value() == far.has_value());
    if (!near) return;
    CHECK(near->status == far->status);
    CHECK(near->message == far->message);
    CHECK(near->detail == far->detail);
    CHECK(near->facts == far->facts);
    CHECK(near->latencyMs.has_value() == far->latencyMs.has_value());
}

TEST_CASE("parity: settings, refusals and secrets pass through", "[isolation]") {
    auto& worker = workers().of(pluginPath("wrapped"));
    for (const auto& info : PluginLibrary(pluginPath("wrapped"), host()).describe().checkers) {
        CAPTURE(info.name);
        std::string near;
        std::string far;
        const CheckSettings settings{R"({"wait":"soon"})", {{"/wait", "soon"}}, {"soon"}};
        try {
            wrapped(info.name, settings);
        } catch (const CheckNotCreated& refused) {
            near = refused.what();
        }
        try {
            const WorkerChecker checker(worker, info.name, settings);
        } catch (const CheckNotCreated& refused) {
            far = refused.what();
        }
        CHECK(near == far);
    }
}

TEST_CASE("parity: what a worker's plugin logs is heard in the host", "[isolation]") {
    const auto checker = conductFar("shouts");
    ears().take();
    runFor(*checker, std::chrono::seconds(30));
    const auto lines = ears().take();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].level == Level::Warning);
    CHECK(lines[0].text == std::string(8192, 'x'));
}

} // namespace probehost::test
