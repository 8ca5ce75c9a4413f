// Who asks for a reload over the admin socket, until it is done.
#pragma once

#include <future>
#include <mutex>
#include <vector>

#include "http/reload_outcome.hpp"

namespace probehost {

class ReloadRequests {
  public:
    ReloadRequests(); // throws std::system_error
    ~ReloadRequests();

    ReloadRequests(const ReloadRequests&) = delete;
    ReloadRequests& operator=(const ReloadRequests&) = delete;

    // Any thread. Broken when the service ends first.
    std::future<ReloadOutcome> ask();

    // The rest from one thread. Readable: take().
    int fd() const { return asked_; }
    // True when somebody has asked. While a reload is `underWay`, which may have read the files already, they wait for
    // the next one.
    bool take(bool underWay);
    void answer(const ReloadOutcome& outcome);

  private:
    using Promises = std::vector<std::promise<ReloadOutcome>>;

    const int asked_; // eventfd
    std::mutex mutex_;
    Promises fresh_; // guarded by mutex_
    Promises waiting_;
    Promises waitingForNext_;
};

} // namespace probehost
