// The bounds of what a run may say.
#include "plugin/run_sink.hpp"

#include <probehost/abi.h>

#include "plugin/bounded_text.hpp"

namespace probehost {

namespace {

constexpr size_t longestMessage = 200;
constexpr size_t longestDetail = 2048;
constexpr size_t longestFact = 256;
constexpr size_t mostFacts = 32;

} // namespace

void RunSink::open() {
    const std::scoped_lock lock(mutex_);
    result_ = Result();
    judged_ = false;
    open_ = true;
}

std::optional<Result> RunSink::close() {
    const std::scoped_lock lock(mutex_);
    open_ = false;
    if (!judged_) return std::nullopt;
    return std::move(result_);
}

void RunSink::verdict(int32_t value, std::string_view message) {
    const auto shown = value == PH_PASS ? std::string() : text(message, longestMessage);
    const std::scoped_lock lock(mutex_);
    if (!open_) return;
    judged_ = value == PH_PASS || value == PH_WARN || value == PH_FAIL;
    result_.status = value == PH_PASS ? Status::Pass : value == PH_WARN ? Status::Warn : Status::Fail;
    result_.message = shown;
}

void RunSink::detail(std::string_view bytes) {
    const auto shown = text(bytes, longestDetail);
    const std::scoped_lock lock(mutex_);
    if (open_) result_.detail = shown;
}

int32_t RunSink::fact(std::string_view key, std::string_view bytes) {
    auto shown = std::pair(text(key, longestFact), text(bytes, longestFact));
    const std::scoped_lock lock(mutex_);
    if (!open_ || result_.facts.size() >= mostFacts) return PH_E_UNSUPPORTED;
    result_.facts.push_back(std::move(shown));
    return PH_OK;
}

std::string RunSink::text(std::string_view bytes, size_t limit) const {
    return boundedText(redactor_.redact(bytes), limit);
}

} // namespace probehost
