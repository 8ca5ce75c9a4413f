// The same calls as PluginChecker's, without its judgement.
#include "authoring/opened_plugin.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "authoring/peer_address.hpp"
#include "authoring/settings_choice.hpp"
#include "plugin/error_buffer.hpp"

namespace probehost::authoring {

namespace {

using std::chrono::milliseconds;

milliseconds rounded(Clock::duration time) { return std::chrono::duration_cast<milliseconds>(time); }

} // namespace

TriedCheck::TriedCheck(const ph_checker& checker, const ph_host* host, const CheckSettings& settings)
    : checker_(checker), cancelFd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    ErrorBuffer error;
    code_ = checker_.create(&checker_, host, reinterpret_cast<const ph_settings*>(&settings), &check_, error.get());
    error_ = error.text();
    if (code_ != PH_OK) check_ = nullptr;
}

TriedCheck::~TriedCheck() {
    if (check_ != nullptr) checker_.destroy(check_);
    close(cancelFd_);
}

void TriedCheck::require() const {
    if (created()) return;
    throw NoSettings("create() of " + std::string(checker_.name) + " refused the settings (" +
                     (error_.empty() ? "without a reason" : error_) + "): give others with --with");
}

RunOutcome TriedCheck::run(Clock::time_point deadline, uint32_t reason) {
    using std::chrono::nanoseconds;
    sink_.open();
    const ph_run_context context = {sizeof(ph_run_context),
                                    reason,
                                    std::chrono::duration_cast<nanoseconds>(deadline.time_since_epoch()).count(),
                                    cancelFd_,
                                    ++attempt_,
                                    nullptr,
                                    reinterpret_cast<ph_run*>(&sink_)};
    ErrorBuffer error;
    RunOutcome outcome;
    const auto start = Clock::now();
    outcome.code = checker_.run(check_, &context, error.get());
    const auto end = Clock::now();
    outcome.said = sink_.close();
    outcome.error = error.text();
    outcome.took = rounded(end - start);
    outcome.late = std::max(milliseconds(0), rounded(end - std::max(deadline, start)));
    eventfd_t drained = 0;
    eventfd_read(cancelFd_, &drained);
    return outcome;
}

void TriedCheck::cancel() const { eventfd_write(cancelFd_, 1); }

milliseconds TriedChecker::timeout() const { return std::min(info.timeout, milliseconds(1000)); }

CheckSettings settingsOf(const Subject& subject, const CheckerInfo& checker) {
    const bool meant = subject.checker.empty() || subject.checker == checker.name;
    if (meant && !subject.settingsFile.empty() && std::getenv("peer") == nullptr) offerPeer(nobody);
    auto settings = chooseSettings(meant ? subject.settingsFile : "", checker);
    revealPeer(settings.secrets);
    return settings;
}

Finding eachChecker(const Subject& subject, const std::function<Finding(const TriedChecker&)>& look) {
    OpenedPlugin opened(subject);
    std::string without;
    bool tried = false;
    for (const auto& info : opened.library.describe().checkers) {
        if (!subject.checker.empty() && subject.checker != info.name) continue;
        try {
            const auto settings = settingsOf(subject, info);
            auto finding = look({opened, info, *opened.library.find(info.name), settings});
            if (finding.outcome == Outcome::Fail || finding.outcome == Outcome::Warn) return finding;
            if (finding.outcome == Outcome::Skip)
                without = finding.reason;
            else
                tried = true;
        } catch (const NoSettings& none) {
            without = none.what();
        }
    }
    return tried ? pass() : skip(without.empty() ? "it has no such checker" : without);
}

} // namespace probehost::authoring
