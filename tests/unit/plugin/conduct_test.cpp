// Whatever a plugin says or leaves unsaid, a run ends in one bounded verdict.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <future>

#include "plugins.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

TEST_CASE("conduct: a run without a verdict is unhealthy", "[plugin]") {
    const auto* const name = GENERATE("silent", "detail-only", "unknown", "takes-back", "late");
    CAPTURE(name);
    const auto result = said(*conduct(name));
    CHECK(result.status == Status::Fail);
    CHECK(result.message == "Checker gave no verdict");
}

TEST_CASE("conduct: the last verdict and the last detail count", "[plugin]") {
    const auto result = said(*conduct("twice"));
    CHECK(result.status == Status::Fail);
    CHECK(result.message == "second");
    CHECK(result.detail == "the second");
}

TEST_CASE("conduct: a pass has no message", "[plugin]") {
    const auto result = said(*conduct("praised"));
    CHECK(result.status == Status::Pass);
    CHECK(result.message.empty());
}

TEST_CASE("conduct: a verdict may come from another thread while the run goes on", "[plugin]") {
    const auto result = said(*conduct("other-thread"));
    CHECK(result.status == Status::Pass);
    CHECK(result.detail == "from a thread");
    REQUIRE(result.facts.size() == 1);
    CHECK(result.facts[0] == std::pair<std::string, std::string>("thread", "yes"));
}

TEST_CASE("conduct: what is said after the run is refused", "[plugin]") {
    auto checker = conduct("late");
    said(*checker);
    ears().take();
    checker.reset();
    const auto lines = ears().take();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text == "too late");
}

TEST_CASE("conduct: nothing of one run is left in the next", "[plugin]") {
    const auto checker = conduct("twice");
    said(*checker);
    CHECK(said(*checker).detail == "the second");
    const auto quiet = conduct("thousand-facts");
    CHECK(said(*quiet).facts.size() == 32);
    CHECK(said(*quiet).facts.size() == 32);
}

TEST_CASE("conduct: however much is said, a message is 200 bytes, a detail 2 KiB, a fact 256 bytes", "[plugin]") {
    ears().take();
    const auto result = said(*conduct("shouts"));
    CHECK(result.message == std::string(200, 'x'));
    CHECK(result.detail == std::string(2048, 'x'));
    REQUIRE(result.facts.size() == 1);
    CHECK(result.facts[0].second == std::string(256, 'x'));
    REQUIRE(ears().take().size() == 1);
}

TEST_CASE("conduct: of a thousand facts 32 are kept, and the plugin is told", "[plugin]") {
    const auto result = said(*conduct("thousand-facts"));
    CHECK(result.status == Status::Pass);
    REQUIRE(result.facts.size() == 32);
    CHECK(result.facts[31] == std::pair<std::string, std::string>("number", "31.000000 ms"));
}

TEST_CASE("conduct: bytes that are no UTF-8 are replaced one by one", "[plugin]") {
    const std::string bad = "\xEF\xBF\xBD";
    const auto expected = "a" + bad + "z " + bad + "( " + bad + bad + " " + bad + bad + bad + " \xC3\xBC end" + bad;
    const auto result = said(*conduct("garbled"));
    CHECK(result.status == Status::Warn);
    CHECK(result.message == expected);
    CHECK(result.detail == expected);
    CHECK(said(*conduct("garbled-error")).detail == "vendor says " + bad);
}

TEST_CASE("conduct: nothing where there should be something is taken as nothing", "[plugin]") {
    const auto result = said(*conduct("nothing"));
    CHECK(result.status == Status::Fail);
    CHECK(result.message.empty());
    CHECK(result.detail.empty());
}

TEST_CASE("conduct: a run that fails is unhealthy, whatever its verdict was", "[plugin]") {
    auto [name, detail] = GENERATE(table<std::string, std::string>({
        {"failing", "ran out of luck"},
        {"failing-silently", ""},
        {"lying", std::string(2048, 'y')},
    }));
    CAPTURE(name);
    const auto result = said(*conduct(name));
    CHECK(result.status == Status::Fail);
    CHECK(result.message == "Checker failed");
    CHECK(result.detail == detail);
}

TEST_CASE("conduct: a cancelled run says nothing, whatever its verdict was", "[plugin]") {
    CHECK_FALSE(runOnce(*conduct("cancelled")));
}

TEST_CASE("conduct: a run that ignores its deadline comes back when it likes", "[plugin]") {
    const auto checker = conduct("stubborn");
    const auto deadline = Clock::now() + 1ms;
    const auto result = checker->run({deadline, Reason::Schedule, 1});
    CHECK(Clock::now() > deadline);
    CHECK(result.has_value()); // the scheduler is who drops it
}

TEST_CASE("cancel: wakes the run that waits", "[plugin]") {
    const auto checker = conduct("waiting");
    auto run = std::async(std::launch::async, [&] { return runOnce(*checker); });
    while (run.wait_for(1ms) != std::future_status::ready) checker->cancel();
    CHECK_FALSE(run.get());
}

TEST_CASE("cancel: one that came after its run does not touch the next", "[plugin]") {
    const auto checker = conduct("praised");
    said(*checker);
    checker->cancel();
    CHECK(said(*checker).status == Status::Pass);
    const auto waits = wrapped("waits");
    waits->cancel();
    const auto start = Clock::now();
    CHECK_FALSE(waits->run({start + 50ms, Reason::Schedule, 1}));
    CHECK(Clock::now() - start >= 50ms);
}

TEST_CASE("cancel: a run for which there is no descriptor runs all the same, and the next has one again", "[plugin]") {
    const auto checker = conduct("praised");
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    const auto without = runOnce(*checker);
    checker->cancel(); // of nothing
    setrlimit(RLIMIT_NOFILE, &before);
    REQUIRE(without);
    CHECK(without->status == Status::Pass);
    const int next = dup(0);
    close(next);
    CHECK(said(*checker).status == Status::Pass);
    CHECK(fcntl(next, F_GETFD) >= 0); // it took the lowest that was free
}

TEST_CASE("cancel: after the end every run comes back at once", "[plugin]") {
    const auto checker = conduct("waiting");
    checker->end();
    for (int i = 0; i < 3; i++) CHECK_FALSE(runOnce(*checker));
}

} // namespace probehost::test
