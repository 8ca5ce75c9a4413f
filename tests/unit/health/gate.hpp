// Where threads of a test wait for one another; no wait is longer than a test may take.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace probehost::test {

constexpr std::chrono::seconds patience{30};

// Closed until somebody opens it. Any thread.
class Gate {
  public:
    void open();
    // False when nobody opened it in time.
    bool pass();

  private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false; // guarded by mutex_
};

// Lets threads pass only when `count` of them have come. Any thread.
class Meeting {
  public:
    explicit Meeting(int count) : missing_(count) {}
    // False when the others did not come in time.
    bool join();

  private:
    std::mutex mutex_;
    std::condition_variable all_;
    int missing_; // guarded by mutex_
};

} // namespace probehost::test
