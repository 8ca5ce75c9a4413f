// Work that must not happen inside a run: a thread that repeats a step until its check ends.
#pragma once

#include <functional>
#include <probehost/checker.hpp>
#include <thread>

namespace probehost::net {

// A descriptor that is readable from raise() on, until lower(). Usable from any thread.
class Event {
  public:
    Event();
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void raise() noexcept;
    void lower() const noexcept;
    bool raised() const;
    int fd() const { return fd_; }

  private:
    int fd_;
};

// One thread, made by the first start() and joined by the destructor, which ends every wait that watches `stop_fd`.
// Its owner declares it last, so that the thread ends before what it uses.
class Background {
  public:
    // Looks once and says how long to rest; every wait in it is a Deadline with `stop_fd` as its cancel descriptor.
    // What it throws is dropped and it is repeated a second later.
    using Step = std::function<sdk::milliseconds(int stop_fd)>;

    // `name` is what the thread is called in tools, at most 15 characters.
    Background(std::string name, Step step);
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // From one thread at a time, as runs are.
    void start();
    // Ends a rest early. From any thread.
    void wake() noexcept;

  private:
    void loop() const;
    sdk::milliseconds once() const;
    bool restFor(sdk::milliseconds time) const; // false when it is to stop

    std::string name_;
    Step step_;
    Event stop_;
    Event wake_;
    std::thread thread_;
};

} // namespace probehost::net
