// A plugin that crashes, ends or hangs while it is opened takes down the worker, and not the host.
#include "plugin/plugin_trial.hpp"

#include <catch2/catch.hpp>

#include "plugins.hpp"

namespace probehost::test {

namespace {

std::string verdict(const std::string& plugin) {
    try {
        PluginTrial(WORKER).require(pluginPath(plugin));
        return "taken";
    } catch (const PluginRefused& refused) {
        return refused.what();
    }
}

} // namespace

TEST_CASE("trial: a sound plugin passes", "[plugin]") {
    const auto* const plugin = GENERATE("tiny_good", "tiny_init", "conduct", "wrapped");
    CHECK(verdict(plugin) == "taken");
}

TEST_CASE("trial: what goes wrong in the worker is said in words", "[plugin]") {
    auto [plugin, why] = GENERATE(table<std::string, std::string>({
        {"tiny_entry_aborts", "crashed while loading: SIGABRT"},
        {"tiny_entry_segfaults", "crashed while loading: SIGSEGV"},
        {"tiny_entry_exits", "ended the process while loading"},
        {"tiny_no_table", "its entry function says that it cannot serve this host"},
        {"tiny_no_note", "carries no probehost note: add PH_ELF_NOTE(…) or PROBEHOST_PLUGIN(…) and rebuild"},
        {"tiny_failing_init", "its init failed: this system has no coffee"},
    }));
    CHECK(verdict(plugin) == why);
}

TEST_CASE("trial: one that hangs is given up after a few seconds, also when it hides that", "[plugin]") {
    const auto start = std::chrono::steady_clock::now();
    CHECK(verdict("tiny_entry_hangs") == "did not finish loading within 5s");
    CHECK(verdict("tiny_entry_hangs_apart") != "taken");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("trial: without a worker nothing is taken", "[plugin]") {
    CHECK_THROWS_WITH(PluginTrial("/nowhere/probehost-worker").require(pluginPath("tiny_good")),
                      "could not be tried: /nowhere/probehost-worker: No such file or directory");
}

} // namespace probehost::test
