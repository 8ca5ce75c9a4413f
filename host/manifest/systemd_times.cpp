// systemd probes nothing by HTTP: it is told of the start, and hears a heartbeat.
#include "manifest/systemd_times.hpp"

#include <algorithm>

#include "config/duration.hpp"

namespace probehost {

namespace {

using std::chrono::seconds;

constexpr seconds creation{5};    // the longest that creating one check may take
constexpr seconds trials{30};     // for plugins, which are tried before
constexpr seconds usualStart{90}; // systemd's own default
constexpr seconds ending{10};     // after drain_delay; most of it is a margin
constexpr seconds watchdog{15};   // fed only while no thread has stood still for 1s

std::string setting(const std::string& name, seconds time, const std::string& reason) {
    return "# " + reason + "\n" + name + "=" + std::to_string(time.count()) + "s\n";
}

} // namespace

std::string systemdTimes(const Settings& settings) {
    const auto count = settings.checks.size();
    const auto start = std::max(usualStart, trials + creation * static_cast<int>(count));
    const auto delay = settings.server.drainDelay;
    return "[Service]\n" +
           setting("TimeoutStartSec", start,
                   std::to_string(count) + (count == 1 ? " check" : " checks") +
                       ", each created within 5s, and 30s for plugins; no less than systemd's 90s.") +
           setting("TimeoutStopSec", std::chrono::ceil<seconds>(delay) + ending,
                   "drain_delay (" + durationText(delay) + ") and 10s to end.") +
           setting("WatchdogSec", watchdog, "The host feeds it only while none of its threads has stood still for 1s.");
}

} // namespace probehost
