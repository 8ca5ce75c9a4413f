// Signals as readable events of the main thread, blocked everywhere so that no thread is ever interrupted by them.
#pragma once

#include <initializer_list>

namespace probehost {

// Before the first thread starts, and inherited by all: SIGTERM, SIGINT and SIGHUP wait, SIGPIPE is ignored.
void blockSignals();

class SignalDescriptor {
  public:
    // Hears of these signals, which are blocked; throws std::system_error.
    SignalDescriptor(std::initializer_list<int> numbers);
    ~SignalDescriptor();
    SignalDescriptor(const SignalDescriptor&) = delete;
    SignalDescriptor& operator=(const SignalDescriptor&) = delete;

    int fd() const { return fd_; }
    int next() const; // the number of a signal that waits, or 0; never blocks

  private:
    int fd_;
};

} // namespace probehost
