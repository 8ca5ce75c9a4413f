// Opens the tests' plugins as the host does, and hears what they say to it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/plugin_checker.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/plugin_library.hpp"

namespace probehost::test {

// What plugins said to the log. Lives as long as the process, as plugins expect of their host.
class Ears final : public PluginServices {
  public:
    void log(Level level, std::string_view text) override;
    int32_t appState(std::string_view key, int64_t& ageMs) override;

    struct Line {
        Level level;
        std::string text;
    };
    std::vector<Line> take(); // what was said since the last time

  private:
    std::mutex mutex_;
    std::vector<Line> lines_; // guarded by mutex_
};

Ears& ears();
const ph_host* host();

std::string pluginPath(const std::string& name);
std::string refusal(const std::string& file); // why the file is no plugin; "" when it is one

// A check of one of the checkers in "conduct.so" or "wrapped.so".
std::unique_ptr<PluginChecker> conduct(const std::string& checker);
std::unique_ptr<PluginChecker> wrapped(const std::string& checker, const CheckSettings& settings = {});

std::optional<Result> runOnce(PluginChecker& checker);
// As above, for a run that must have said something.
Result said(PluginChecker& checker);

} // namespace probehost::test
