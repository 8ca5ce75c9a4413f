// The bounds of what a run may say.
#include "plugin/run_sink.hpp"

#include <Poco/UTF8Encoding.h>
#include <probehost/abi.h>

namespace probehost {

namespace {

constexpr size_t longestMessage = 200;
constexpr size_t longestDetail = 2048;
constexpr size_t longestFact = 256;
constexpr size_t mostFacts = 32;

// Cuts at `limit` bytes, never inside a character, and puts U+FFFD where the bytes are not UTF-8.
std::string text(std::string_view bytes, size_t limit) {
    static const Poco::UTF8Encoding utf8;
    std::string valid;
    while (!bytes.empty() && valid.size() < limit) {
        const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
        const auto first = static_cast<unsigned char>(bytes.front());
        const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        const bool legal = length <= bytes.size() && Poco::UTF8Encoding::isLegal(data, static_cast<int>(length));
        if (!legal) {
            valid += "\xEF\xBF\xBD";
            bytes.remove_prefix(1);
            continue;
        }
        if (valid.size() + length > limit) break;
        valid.append(bytes.substr(0, length));
        bytes.remove_prefix(length);
    }
    return valid;
}

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
    const std::scoped_lock lock(mutex_);
    if (!open_) return;
    judged_ = value == PH_PASS || value == PH_WARN || value == PH_FAIL;
    result_.status = value == PH_PASS ? Status::Pass : value == PH_WARN ? Status::Warn : Status::Fail;
    result_.message = value == PH_PASS ? "" : text(message, longestMessage);
}

void RunSink::detail(std::string_view bytes) {
    const std::scoped_lock lock(mutex_);
    if (open_) result_.detail = text(bytes, longestDetail);
}

int32_t RunSink::fact(std::string_view key, std::string_view bytes) {
    const std::scoped_lock lock(mutex_);
    if (!open_ || result_.facts.size() >= mostFacts) return PH_E_UNSUPPORTED;
    result_.facts.emplace_back(text(key, longestFact), text(bytes, longestFact));
    return PH_OK;
}

} // namespace probehost
