// Calls across the ABI, and the only place that turns what a plugin said into a Result.
#include "plugin/plugin_checker.hpp"

#include <cxxabi.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "plugin/bounded_text.hpp"
#include "plugin/error_buffer.hpp"
#include "plugin/plugin_call.hpp"

namespace probehost {

namespace {

constexpr size_t longestError = 2048;

int64_t monotonicNanoseconds(Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

void drain(int fd) {
    eventfd_t count = 0;
    eventfd_read(fd, &count);
}

// A plugin that ends the thread it was called on has hung: the frames above are the host's, and go on or end with it.
template <typename Call>
auto entered(const char* checker, Call call) {
    const PluginCall mark(checker);
    try {
        return call();
    } catch (const abi::__forced_unwind&) { // of pthread_exit()
        for (;;) pause();
    }
}

} // namespace

PluginChecker::PluginChecker(std::shared_ptr<const ph_checker> checker, const ph_host* host,
                             const CheckSettings& settings)
    : checker_(std::move(checker)), redactor_(settings.secrets) {
    ErrorBuffer error;
    const auto* opaque = reinterpret_cast<const ph_settings*>(&settings);
    const int32_t code = create(host, opaque, error.get());
    if (code == PH_OK && check_ != nullptr) return;
    const auto why = shown(error.text(), redactor_);
    throw CheckNotCreated(why.empty() ? "its checker could not be created and gave no reason" : why);
}

int32_t PluginChecker::create(const ph_host* host, const ph_settings* settings, ph_error* error) {
    return entered(checker_->name, [&] { return checker_->create(checker_.get(), host, settings, &check_, error); });
}

PluginChecker::~PluginChecker() {
    try {
        entered(checker_->name, [this] { checker_->destroy(check_); });
    } catch (...) { // against the rules, and nobody is left whose result it could be
    }
    if (cancelFd_ >= 0) close(cancelFd_);
}

int PluginChecker::cancelDescriptor() {
    if (cancelFd_ < 0) cancelFd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return cancelFd_;
}

std::optional<Result> PluginChecker::run(const RunRequest& request) {
    const int cancelFd = cancelDescriptor();
    drain(cancelFd); // of a cancel that came too late for the run before
    if (ended_) cancel();
    sink_.open();
    const ph_run_context context = {sizeof(ph_run_context),
                                    static_cast<uint32_t>(request.reason),
                                    monotonicNanoseconds(request.deadline),
                                    cancelFd,
                                    request.attempt,
                                    nullptr,
                                    reinterpret_cast<ph_run*>(&sink_)};
    ErrorBuffer error;
    const auto start = Clock::now();
    const int32_t code = entered(checker_->name, [&] { return checker_->run(check_, &context, error.get()); });
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    auto result = judge(code, error.text());
    if (!result) return result;
    if ((checker_->flags & PH_CHECKER_NO_IO) == 0) result->latencyMs = took.count();
    return result;
}

// Before its first run there is nothing to cancel, and that looks at the mark of end().
void PluginChecker::cancel() {
    if (cancelFd_ >= 0) eventfd_write(cancelFd_, 1);
}

// The mark comes first: a run that is about to begin sees either it or the descriptor.
void PluginChecker::end() {
    ended_ = true;
    cancel();
}

// A run that fails, or says nothing, is unhealthy; only a cancelled one leaves the word to whoever cancelled it.
std::optional<Result> PluginChecker::judge(int32_t code, std::string_view error) {
    auto said = sink_.close();
    if (code == PH_E_CANCELLED) return std::nullopt;
    if (code != PH_OK) return Result::failed("Checker failed", shown(error, redactor_));
    if (!said) return Result::failed("Checker gave no verdict");
    return said;
}

std::string PluginChecker::shown(std::string_view error, const Redactor& redactor) {
    return boundedText(redactor.redact(error), longestError);
}

} // namespace probehost
