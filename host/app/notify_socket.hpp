// The datagram socket that the application finds in $NOTIFY_SOCKET, so that any sd_notify library can talk to us.
#pragma once

#include <string>

#include "app/app_state.hpp"

namespace probehost {

class NotifySocket {
  public:
    // Binds, replacing the file of a dead process; throws std::runtime_error with a reason.
    explicit NotifySocket(std::string path);
    ~NotifySocket();

    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    int fd() const { return fd_; } // readable when a datagram waits

    // Reads what waits, without blocking. Only root and our own user are heard, and no worker.
    void receive(AppState& state);

  private:
    std::string path_;
    int fd_ = -1;
};

} // namespace probehost
