// What the application beside the host says of itself, under keys such as "embedding". Any thread.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace probehost {

class AppState {
  public:
    using Clock = std::chrono::steady_clock;

    struct Said {
        bool yes = false;
        Clock::time_point at;
    };

    // Keys are bounded in number and length; a new one takes the place of the oldest that nobody has asked for. False
    // when refused.
    bool say(std::string_view key, bool yes);
    std::optional<Said> find(std::string_view key);

    // One line of an sd_notify datagram: "MODEL=embedding loaded", "READY=1", "WATCHDOG=1", "STOPPING=1". Others are
    // no business of ours. READY and WATCHDOG are kept under "ready" and "watchdog".
    void notify(std::string_view line);

  private:
    struct Entry {
        Said said;
        bool wanted = false;
    };

    bool dropOldest();

    std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_; // guarded by mutex_
};

} // namespace probehost
