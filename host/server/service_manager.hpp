// Tells the service manager (systemd) how we are, by the datagrams of sd_notify(3). Without $NOTIFY_SOCKET it tells
// nobody.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace probehost {

class ServiceManager {
  public:
    using Clock = std::chrono::steady_clock;

    // Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment, so before other threads read that.
    ServiceManager();
    ~ServiceManager();

    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    // `status` is shown by systemctl status.
    void ready(std::string_view status) const;
    void reloading() const;
    void stopping() const;

    // When the watchdog is to be looked at next, if there is one.
    std::optional<Clock::time_point> feedingTime() const { return next_; }
    // Feeds it when it is time, and only if all is well.
    void feed(Clock::time_point now, bool well);

  private:
    void tell(std::string_view words) const;

    int fd_ = -1;
    std::string address_; // of the socket, as in sun_path
    std::chrono::microseconds interval_{0};
    std::optional<Clock::time_point> next_;
};

} // namespace probehost
