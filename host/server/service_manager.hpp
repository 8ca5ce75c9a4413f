// What the service manager (systemd) gives us, and how it is told how we are: sd_listen_fds(3) and sd_notify(3).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/listener.hpp"

namespace probehost {

class ServiceManager {
  public:
    using Clock = std::chrono::steady_clock;

    // Takes its variables out of the environment, so before other threads read that. Without $NOTIFY_SOCKET nobody is
    // told.
    ServiceManager();
    ~ServiceManager();

    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    // Sockets that listen already; ours to close.
    const std::vector<ListenSpec>& sockets() const { return sockets_; }

    // `status` is shown by systemctl status. Any thread, as the next three.
    void ready(std::string_view status) const;
    void status(std::string_view status) const;
    void reloading() const;
    // It may take this long to stop.
    void stopping(std::chrono::microseconds limit) const;

    // When the watchdog is to be looked at next, if there is one.
    std::optional<Clock::time_point> feedingTime() const { return next_; }
    // Feeds it when it is time, and only if all is well.
    void feed(Clock::time_point now, bool well);

  private:
    void tell(std::string_view words) const;

    const std::vector<ListenSpec> sockets_;
    int fd_ = -1;
    std::string address_; // of the socket, as in sun_path
    std::chrono::microseconds interval_{0};
    std::optional<Clock::time_point> next_;
};

} // namespace probehost
