// Durations as a configuration writes them: 800ms, 2s, 1m, 1h.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace probehost {

using std::chrono::milliseconds;

struct DurationLimits {
    milliseconds least{0};
    milliseconds most = std::chrono::hours(24);
};

// The duration, or what to say about the text, which the message does not repeat.
std::variant<milliseconds, std::string> parseDuration(std::string_view text, DurationLimits limits);

// 1500 -> "1500ms", 2000 -> "2s"
std::string durationText(milliseconds duration);

} // namespace probehost
