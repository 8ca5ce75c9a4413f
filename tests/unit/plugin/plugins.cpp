// One host for all tests, because plugins are never unloaded.
#include "plugins.hpp"

#include <catch2/catch.hpp>
#include <utility>

namespace probehost::test {

namespace {

std::unique_ptr<PluginChecker> checkOf(const PluginLibrary& library, const std::string& name,
                                       const CheckSettings& settings) {
    const ph_checker* checker = library.find(name);
    REQUIRE(checker != nullptr);
    return std::make_unique<PluginChecker>(*checker, host(), settings);
}

} // namespace

void Ears::log(Level level, std::string_view text) {
    const std::scoped_lock lock(mutex_);
    lines_.push_back({level, std::string(text)});
}

int32_t Ears::appState(std::string_view key, int64_t& ageMs) {
    if (key != "embedding") return PH_APP_UNSET;
    ageMs = 1234;
    return PH_APP_YES;
}

std::vector<Ears::Line> Ears::take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(lines_, {});
}

Ears& ears() {
    static Ears ears;
    return ears;
}

const ph_host* host() {
    static const PluginHost host(ears());
    return host.table();
}

std::string pluginPath(const std::string& name) { return TEST_PLUGINS "/" + name + ".so"; }

std::string refusal(const std::string& file) {
    try {
        const PluginLibrary library(file, host());
        return "";
    } catch (const PluginRefused& refused) {
        return refused.what();
    }
}

std::unique_ptr<PluginChecker> conduct(const std::string& checker) {
    static const PluginLibrary library(pluginPath("conduct"), host());
    return checkOf(library, checker, {});
}

std::unique_ptr<PluginChecker> wrapped(const std::string& checker, const CheckSettings& settings) {
    static const PluginLibrary library(pluginPath("wrapped"), host());
    return checkOf(library, checker, settings);
}

std::optional<Result> runOnce(PluginChecker& checker) {
    return checker.run({Clock::now() + std::chrono::seconds(30), Reason::Schedule, 1});
}

Result said(PluginChecker& checker) {
    auto result = runOnce(checker);
    REQUIRE(result.has_value());
    return *result;
}

} // namespace probehost::test
