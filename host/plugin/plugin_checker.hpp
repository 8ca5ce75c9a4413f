// A plugin's check as the health domain sees it.
#pragma once

#include <probehost/abi.h>

#include <atomic>
#include <memory>
#include <stdexcept>

#include "health/checker.hpp"
#include "log/redactor.hpp"
#include "plugin/check_settings.hpp"
#include "plugin/run_sink.hpp"

namespace probehost {

// A plugin did not accept a check's settings; the text is the plugin's, without secrets.
struct CheckNotCreated : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class PluginChecker final : public Checker {
  public:
    // Creates the plugin's check; throws CheckNotCreated. `host` outlives this.
    PluginChecker(std::shared_ptr<const ph_checker> checker, const ph_host* host, const CheckSettings& settings);
    // The same, with a checker that outlives this.
    PluginChecker(const ph_checker& checker, const ph_host* host, const CheckSettings& settings)
        : PluginChecker(std::shared_ptr<const ph_checker>(std::shared_ptr<void>(), &checker), host, settings) {}
    ~PluginChecker() override;

    PluginChecker(const PluginChecker&) = delete;
    PluginChecker& operator=(const PluginChecker&) = delete;

    // A refusal or failure in the plugin's words, fit to be shown.
    static std::string shown(std::string_view error, const Redactor& redactor);

    std::optional<Result> run(const RunRequest& request) override;
    void cancel() override;
    void end() override;

  private:
    int cancelDescriptor(); // -1 while the process has no more
    int32_t create(const ph_host* host, const ph_settings* settings, ph_error* error);
    std::optional<Result> judge(int32_t code, std::string_view error);

    const std::shared_ptr<const ph_checker> checker_;
    const Redactor redactor_;
    // The eventfd that the plugin polls, from its first run on: in a reload both configurations are there for a while,
    // and there may not be twice as many descriptors. A run without one ends by its deadline only. -1 before.
    std::atomic<int> cancelFd_{-1};
    std::atomic<bool> ended_{false};
    RunSink sink_{redactor_};
    ph_check* check_ = nullptr;
};

} // namespace probehost
