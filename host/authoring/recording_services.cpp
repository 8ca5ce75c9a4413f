// A plugin that talks without end costs a bounded amount of memory.
#include "authoring/recording_services.hpp"

#include <probehost/ext/app_state.h>

#include <utility>

namespace probehost::authoring {

namespace {

constexpr size_t mostLines = 1000;
constexpr size_t longestLine = 4096;

} // namespace

void RecordingServices::log(Level level, std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (lines_.size() < mostLines) lines_.push_back({Clock::now(), level, std::string(text.substr(0, longestLine))});
}

int32_t RecordingServices::appState(std::string_view, int64_t&) { return PH_APP_UNSET; }

std::vector<RecordingServices::Line> RecordingServices::take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(lines_, {});
}

} // namespace probehost::authoring
