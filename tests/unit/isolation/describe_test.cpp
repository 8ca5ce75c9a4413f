// A plugin that crashes, ends or hangs while it is opened takes down the worker, and not the host.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>
#include <vector>

#include "workers.hpp"

namespace probehost::test {

namespace {

std::string verdict(const std::string& plugin) {
    try {
        workers().describe(pluginPath(plugin));
        return "taken";
    } catch (const PluginRefused& refused) {
        return refused.what();
    }
}

// How many threads of this process spawn workers.
std::ptrdiff_t spawners() {
    return std::ranges::count_if(std::filesystem::directory_iterator("/proc/self/task"), [](const auto& task) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        return name == "workers";
    });
}

} // namespace

TEST_CASE("describe: a sound plugin passes", "[isolation]") {
    const auto* const plugin = GENERATE("tiny_good", "tiny_init", "conduct", "wrapped");
    CHECK(verdict(plugin) == "taken");
}

TEST_CASE("describe: a worker says of a plugin what the plugin says in the host", "[isolation]") {
    const auto* const name = GENERATE("tiny_good", "tiny_newer_tables", "conduct", "wrapped");
    const auto far = workers().describe(pluginPath(name));
    const auto near = PluginLibrary(pluginPath(name), host()).describe();
    checkSame(far, near);
    CHECK(far.file == near.file);
}

TEST_CASE("describe: what goes wrong in the worker is said in words", "[isolation]") {
    auto [plugin, why] = GENERATE(table<std::string, std::string>({
        {"tiny_entry_aborts", "crashed while loading: SIGABRT"},
        {"tiny_entry_segfaults", "crashed while loading: SIGSEGV"},
        {"tiny_entry_exits", "exited with status 0 while loading"},
        {"tiny_no_table", "its entry function says that it cannot serve this host"},
        {"tiny_no_note", "carries no probehost note: add PH_ELF_NOTE(…) or PROBEHOST_PLUGIN(…) and rebuild"},
        {"tiny_failing_init", "its init failed: this system has no coffee"},
    }));
    CHECK(verdict(plugin) == why);
}

TEST_CASE("describe: one that hangs is given up after a few seconds, also when it hides that", "[isolation]") {
    const auto start = std::chrono::steady_clock::now();
    CHECK(verdict("tiny_entry_hangs") == "did not finish loading within 5s");
    CHECK(verdict("tiny_entry_hangs_apart") != "taken");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("describe: a thread that outlives whoever waits spawns, and goes when nobody needs it", "[isolation]") {
    const auto others = spawners();
    WorkerFleet fleet(WORKER, ears());
    CHECK(spawners() == others);
    auto waiting = std::async(std::launch::async, [&] { return fleet.describe(pluginPath("tiny_entry_hangs")).name; });
    std::this_thread::sleep_for(std::chrono::seconds(1));
    CHECK(spawners() == others + 1);
    CHECK_THROWS_AS(waiting.get(), PluginDied);
    CHECK(spawners() == others); // nobody needs it any more
}

TEST_CASE("describe: many threads may ask at once", "[isolation]") {
    for (int round = 0; round < 10; round++) {
        WorkerFleet fleet(WORKER, ears());
        std::vector<std::future<std::string>> asked;
        for (int i = 0; i < 8; i++)
            asked.push_back(
                std::async(std::launch::async, [&] { return fleet.describe(pluginPath("tiny_good")).name; }));
        for (auto& each : asked) CHECK(each.get() == "tiny-plugin");
    }
}

TEST_CASE("describe: without a worker nothing is taken", "[isolation]") {
    CHECK_THROWS_WITH(WorkerFleet("/nowhere/probehost-worker", ears()).describe(pluginPath("tiny_good")),
                      "could not be tried: /nowhere/probehost-worker: No such file or directory");
}

} // namespace probehost::test
