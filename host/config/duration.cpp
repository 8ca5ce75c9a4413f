// Parsing of durations, strict so that no unit is ever guessed.
#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace probehost {

namespace {

constexpr auto wantedDuration = "expected a duration such as 800ms, 2s, 1m or 1h";

struct Unit {
    std::string_view name;
    milliseconds length;
};

constexpr std::array units = {Unit{"h", std::chrono::hours(1)}, Unit{"m", std::chrono::minutes(1)},
                              Unit{"s", std::chrono::seconds(1)}, Unit{"ms", milliseconds(1)}};

std::optional<milliseconds> unitLength(std::string_view name) {
    for (const auto& unit : units) {
        if (unit.name == name) return unit.length;
    }
    return std::nullopt;
}

std::string needsUnit(std::string_view number) {
    const std::string text(number);
    return "a duration needs a unit: write " + text + "s for seconds or " + text + "ms for milliseconds";
}

std::variant<milliseconds, std::string> limited(milliseconds duration, DurationLimits limits) {
    if (duration < limits.least && limits.least == milliseconds(1)) return "must be longer than 0";
    if (duration < limits.least) return "must be at least " + durationText(limits.least);
    if (duration > limits.most) return "must be at most " + durationText(limits.most);
    return duration;
}

} // namespace

std::variant<milliseconds, std::string> parseDuration(std::string_view text, DurationLimits limits) {
    int64_t count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto digits = static_cast<std::size_t>(end - text.data());
    const auto name = text.substr(digits);
    if (digits == 0 || text.front() == '-') return wantedDuration;
    if (failure == std::errc::result_out_of_range) return "must be at most " + durationText(limits.most);
    if (name.empty()) return count == 0 ? limited(milliseconds(0), limits) : needsUnit(text);
    const auto length = unitLength(name);
    if (!length) return wantedDuration;
    if (count > limits.most / *length) return "must be at most " + durationText(limits.most);
    return limited(*length * count, limits);
}

std::string durationText(milliseconds duration) {
    for (const auto& unit : units) {
        if (duration.count() != 0 && duration % unit.length == milliseconds(0)) {
            return std::to_string(duration / unit.length) + std::string(unit.name);
        }
    }
    return "0s";
}

} // namespace probehost
