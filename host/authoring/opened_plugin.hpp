// A plugin opened in this process for a test, and its checks called as the host calls them, but with open eyes: codes
// and texts come back as the plugin gave them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "authoring/recording_services.hpp"
#include "authoring/settings_choice.hpp"
#include "authoring/verify_test.hpp"
#include "log/redactor.hpp"
#include "plugin/check_settings.hpp"
#include "plugin/plugin_host.hpp"
#include "plugin/plugin_library.hpp"
#include "plugin/run_sink.hpp"

namespace probehost::authoring {

struct OpenedPlugin {
    explicit OpenedPlugin(const Subject& subject) : host(services), library(subject.file, host.table()) {}

    RecordingServices services;
    const PluginHost host;
    const PluginLibrary library;
};

struct RunOutcome {
    int32_t code = PH_OK;
    std::optional<Result> said; // nothing without a verdict
    std::string error;
    std::chrono::milliseconds took{0};
    std::chrono::milliseconds late{0}; // behind the deadline; 0 when in time
};

class TriedCheck {
  public:
    // `checker` and `host` outlive this.
    TriedCheck(const ph_checker& checker, const ph_host* host, const CheckSettings& settings);
    ~TriedCheck();

    TriedCheck(const TriedCheck&) = delete;
    TriedCheck& operator=(const TriedCheck&) = delete;

    bool created() const { return check_ != nullptr; }
    int32_t code() const { return code_; } // of create()
    const std::string& error() const { return error_; }
    void require() const; // throws NoSettings unless it was created

    RunOutcome run(Clock::time_point deadline, uint32_t reason = PH_REASON_PROBE);
    RunOutcome runFor(std::chrono::milliseconds time) { return run(Clock::now() + time); }
    void cancel() const;                 // the run under way; any thread
    void abandon() { check_ = nullptr; } // is not destroyed

  private:
    const ph_checker& checker_;
    const int cancelFd_;
    const Redactor shownAsItIs_;
    RunSink sink_{shownAsItIs_};
    ph_check* check_ = nullptr;
    int32_t code_ = PH_OK;
    std::string error_;
    uint32_t attempt_ = 0;
};

// One checker of an opened plugin, with settings to try it with.
struct TriedChecker {
    OpenedPlugin& opened;
    const CheckerInfo& info;
    const ph_checker& checker;
    const CheckSettings& settings;

    TriedCheck create() const { return {checker, opened.host.table(), settings}; }
    std::chrono::milliseconds timeout() const; // its own, but one second at most
};

// The settings of the subject, if they are for this checker, or its own; throws NoSettings.
CheckSettings settingsOf(const Subject& subject, const CheckerInfo& checker);

// The first finding of `look` that is no pass, over the checkers that are to be tried; skips when there are settings
// for none of them.
Finding eachChecker(const Subject& subject, const std::function<Finding(const TriedChecker&)>& look);

} // namespace probehost::authoring
