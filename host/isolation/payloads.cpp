// A reader's order is its writer's.
#include "isolation/payloads.hpp"

#include <cmath>

namespace probehost {

namespace {

constexpr size_t mostEntries = 4096; // of settings or secrets
constexpr size_t mostFacts = 64;
constexpr size_t mostCheckers = 256;
constexpr std::chrono::milliseconds longestTime{3600000};

template <typename Duration>
int64_t counted(Duration duration) {
    return static_cast<int64_t>(duration.count());
}

std::chrono::milliseconds readTime(FrameReader& frame) {
    return std::chrono::milliseconds(frame.count(static_cast<size_t>(longestTime.count())));
}

CheckerInfo readChecker(FrameReader& frame, const std::string& file) {
    CheckerInfo checker;
    checker.name = frame.text();
    checker.summary = frame.text();
    checker.settingsSchema = frame.text();
    checker.infoJson = frame.text();
    checker.local = frame.byte() != 0;
    checker.doesIo = frame.byte() != 0;
    checker.startsPrograms = frame.byte() != 0;
    checker.probes = ProbeSet(frame.byte());
    checker.timeout = readTime(frame);
    checker.interval = readTime(frame);
    checker.maxAge = readTime(frame);
    checker.pluginFile = file;
    return checker;
}

void write(FrameWriter& frame, const CheckerInfo& checker) {
    frame.text(checker.name).text(checker.summary).text(checker.settingsSchema).text(checker.infoJson);
    frame.byte(checker.local ? 1 : 0).byte(checker.doesIo ? 1 : 0).byte(checker.startsPrograms ? 1 : 0);
    frame.byte(static_cast<uint8_t>(checker.probes.bits()));
    frame.number(counted(checker.timeout)).number(counted(checker.interval)).number(counted(checker.maxAge));
}

} // namespace

void write(FrameWriter& frame, const CheckSettings& settings) {
    frame.text(settings.json).number(static_cast<int64_t>(settings.scalars.size()));
    for (const auto& [pointer, text] : settings.scalars) frame.text(pointer).text(text);
    frame.number(static_cast<int64_t>(settings.secrets.size()));
    for (const auto& secret : settings.secrets) frame.text(secret);
}

CheckSettings readSettings(FrameReader& frame) {
    CheckSettings settings;
    settings.json = frame.text();
    for (size_t left = frame.count(mostEntries); left > 0; left--) {
        auto pointer = frame.text();
        settings.scalars.insert_or_assign(std::move(pointer), frame.text());
    }
    for (size_t left = frame.count(mostEntries); left > 0; left--) settings.secrets.push_back(frame.text());
    frame.end();
    return settings;
}

void write(FrameWriter& frame, const RunRequest& request) {
    frame.number(counted(request.deadline.time_since_epoch())).byte(static_cast<uint8_t>(request.reason));
    frame.number(request.attempt);
}

RunRequest readRequest(FrameReader& frame) {
    RunRequest request;
    request.deadline = Clock::time_point(Clock::duration(frame.number()));
    const uint8_t reason = frame.byte();
    if (reason > static_cast<uint8_t>(Reason::Once)) throw FrameBroken("unknown reason");
    request.reason = static_cast<Reason>(reason);
    request.attempt = static_cast<uint32_t>(frame.count(UINT32_MAX));
    frame.end();
    return request;
}

void write(FrameWriter& frame, const std::optional<Result>& result) {
    frame.byte(result ? 1 : 0);
    if (!result) return;
    frame.byte(static_cast<uint8_t>(result->status)).text(result->message).text(result->detail);
    frame.byte(result->latencyMs ? 1 : 0).real(result->latencyMs.value_or(0));
    frame.number(static_cast<int64_t>(result->facts.size()));
    for (const auto& [key, text] : result->facts) frame.text(key).text(text);
}

std::optional<Result> readResult(FrameReader& frame) {
    if (frame.byte() == 0) {
        frame.end();
        return std::nullopt;
    }
    Result result;
    const uint8_t status = frame.byte();
    if (status > static_cast<uint8_t>(Status::Fail)) throw FrameBroken("unknown status");
    result.status = static_cast<Status>(status);
    result.message = frame.text();
    result.detail = frame.text();
    const bool timed = frame.byte() != 0;
    const double latency = frame.real();
    if (timed && std::isfinite(latency) && latency >= 0) result.latencyMs = latency;
    for (size_t left = frame.count(mostFacts); left > 0; left--) {
        auto key = frame.text();
        result.facts.emplace_back(std::move(key), frame.text());
    }
    frame.end();
    return result;
}

void write(FrameWriter& frame, const PluginDescription& plugin) {
    frame.text(plugin.name).text(plugin.version).number(plugin.flags);
    frame.number(static_cast<int64_t>(plugin.checkers.size()));
    for (const auto& checker : plugin.checkers) write(frame, checker);
}

PluginDescription readDescription(FrameReader& frame, const std::string& file) {
    PluginDescription plugin;
    plugin.file = file;
    plugin.name = frame.text();
    plugin.version = frame.text();
    plugin.flags = static_cast<uint32_t>(frame.count(UINT32_MAX));
    for (size_t left = frame.count(mostCheckers); left > 0; left--) plugin.checkers.push_back(readChecker(frame, file));
    frame.end();
    return plugin;
}

} // namespace probehost
