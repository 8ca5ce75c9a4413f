// What a plugin may ask of a host that has no service: its log lines are kept, and no application says anything.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "health/result.hpp"
#include "plugin/plugin_host.hpp"

namespace probehost::authoring {

// Any thread.
class RecordingServices final : public PluginServices {
  public:
    struct Line {
        Clock::time_point at;
        Level level;
        std::string text; // as the plugin said it, secrets and all
    };

    void log(Level level, std::string_view text) override;
    int32_t appState(std::string_view key, int64_t& ageMs) override;

    // The lines so far, of which the first thousand are kept; they are forgotten here.
    std::vector<Line> take();

  private:
    std::mutex mutex_;
    std::vector<Line> lines_;
};

} // namespace probehost::authoring
