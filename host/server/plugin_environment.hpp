// What every command that runs plugins needs beside them, with the life of the process: plugins are never unloaded.
#pragma once

#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "app/app_state.hpp"
#include "config/schema_validation.hpp"
#include "isolation/worker_fleet.hpp"
#include "isolation/written_description.hpp"
#include "log/line_budget.hpp"
#include "log/log.hpp"
#include "plugin/bounded_calls.hpp"
#include "plugin/installation.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/plugin_registry.hpp"

namespace probehost {

// Which plugins are opened in a process of their own before anything is made of them. Those that come with probehost
// say in their files what they offer.
enum class Trial : uint8_t { Foreign, All };

class PluginEnvironment final : public PluginServices {
  public:
    explicit PluginEnvironment(Trial trial = Trial::Foreign)
        : trial_(trial),
          host_(*this),
          workers_(workerProgram(), *this),
          registry_(host_.table(), [this](const PluginImage& image) { return describe(image); }) {}

    void log(Level level, std::string_view text) override { log_.write(level, text); }
    void say(Level level, std::string_view text) override {
        if (level == Level::Debug) return;
        const auto grant = budget_.take(std::chrono::steady_clock::now());
        if (!grant.notice.empty()) log_.write(Level::Warning, grant.notice);
        if (grant.granted) log_.write(level, text);
    }
    int32_t appState(std::string_view key, int64_t& ageMs) override {
        const auto said = app_.find(key);
        if (!said) return PH_APP_UNSET;
        ageMs = std::chrono::duration_cast<std::chrono::milliseconds>(AppState::Clock::now() - said->at).count();
        return said->yes ? PH_APP_YES : PH_APP_NO;
    }

    // What no log line holds from now on, beside what was said before: runs of former configurations may go on. Not
    // from two threads at once.
    void mask(const std::vector<std::string>& secrets) {
        secrets_.insert(secrets.begin(), secrets.end());
        log_.mask(Redactor({secrets_.begin(), secrets_.end()}));
    }

    Log& log() { return log_; }
    AppState& app() { return app_; }
    const ph_host* host() const { return host_.table(); }
    PluginRegistry& registry() { return registry_; }
    WorkerFleet& workers() { return workers_; }
    BoundedCalls& calls() { return calls_; }

    // What a command ends with. Ends the process at once when a plugin's call never came back, because that still uses
    // what is here.
    int ended(int status) {
        if (!calls_.leftBehind()) return status;
        log_.flush(lastWords);
        _exit(status);
    }

  private:
    static constexpr std::chrono::milliseconds lastWords{500};

    PluginDescription describe(const PluginImage& image) {
        if (trial_ == Trial::Foreign && isShipped(image.file()))
            if (auto written = writtenDescription(image)) return *written;
        auto plugin = workers_.describe(image);
        for (const auto& checker : plugin.checkers) {
            const auto wrong = SettingsSchema::wrongWith(checker.settingsSchema);
            if (!wrong.empty())
                throw PluginRefused("faulty: the settings schema of " + checker.name + " cannot be used: " + wrong);
        }
        return plugin;
    }

    const Trial trial_;
    std::set<std::string> secrets_;
    Log log_;
    LineBudget budget_; // of all plugins together
    AppState app_;
    PluginHost host_;
    WorkerFleet workers_;
    PluginRegistry registry_;
    BoundedCalls calls_;
};

} // namespace probehost
