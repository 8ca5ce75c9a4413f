// The words of the sd_notify form that we know.
#include "app/app_state.hpp"

#include <algorithm>
#include <utility>

namespace probehost {

namespace {

constexpr size_t mostKeys = 1024;
constexpr size_t longestKey = 128;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return text;
}

} // namespace

bool AppState::say(std::string_view key, bool yes) {
    if (key.empty() || key.size() > longestKey) return false;
    const std::scoped_lock lock(mutex_);
    const auto known = entries_.find(key);
    if (known != entries_.end()) {
        known->second.said = {yes, Clock::now()};
        return true;
    }
    if (entries_.size() >= mostKeys && !dropOldest()) return false;
    entries_.emplace(key, Entry{{yes, Clock::now()}, false});
    return true;
}

std::optional<AppState::Said> AppState::find(std::string_view key) {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    found->second.wanted = true;
    return found->second.said;
}

bool AppState::dropOldest() {
    const auto oldest = std::ranges::min_element(
        entries_, {}, [](const auto& each) { return std::pair(each.second.wanted, each.second.said.at); });
    if (oldest->second.wanted) return false;
    entries_.erase(oldest);
    return true;
}

void AppState::notify(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return;
    const auto name = line.substr(0, equals);
    const auto value = trimmed(line.substr(equals + 1));
    if (name == "READY") say("ready", value == "1");
    if (name == "STOPPING" && value == "1") say("ready", false);
    if (name == "WATCHDOG") say("watchdog", value == "1");
    if (name != "MODEL") return;
    const auto space = value.find(' ');
    const auto word = space == std::string_view::npos ? std::string_view("loaded") : trimmed(value.substr(space));
    say(value.substr(0, space), word == "loaded");
}

} // namespace probehost
