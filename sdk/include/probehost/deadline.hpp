// SPDX-License-Identifier: MIT-0
// The moment that ends every wait of a checker. Header-only; part of <probehost/checker.hpp>.
#pragma once

#include <poll.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <stdexcept>

namespace probehost::sdk {
inline namespace v1 {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Thrown where a wait meets its deadline or a cancel. A checker lets it pass: the host reports the timeout.
struct Cancelled : std::exception {
    const char* what() const noexcept override { return "deadline passed or run cancelled"; }
};

// A moment on CLOCK_MONOTONIC that ends every wait, and a descriptor that ends it sooner. A value; thread-compatible.
class Deadline {
  public:
    Deadline(int64_t at_ns, int cancel_fd) : at_ns_(at_ns), cancel_fd_(cancel_fd) {}
    static Deadline in(milliseconds time, int cancel_fd = -1) { return {now() + nanoseconds(time).count(), cancel_fd}; }
    // The sooner of this deadline and `time` from now.
    Deadline within(milliseconds time) const {
        const int64_t sooner = now() + nanoseconds(time).count();
        return {sooner < at_ns_ ? sooner : at_ns_, cancel_fd_};
    }

    int64_t at() const { return at_ns_; }
    int cancelFd() const { return cancel_fd_; }
    bool passed() const { return now() >= at_ns_; }
    // Never negative; rounded up, so that a wait of this length does not end before the deadline.
    milliseconds remaining() const {
        const int64_t left = at_ns_ - now();
        return milliseconds(left <= 0 ? 0 : (left + 999999) / 1000000);
    }

    // Waits until `fd` (-1: none) has one of `events` (POLLIN, POLLOUT) and returns what poll() saw; throws Cancelled.
    short wait(int fd, short events) const {
        const auto ready = waitUntil(fd, events, at_ns_);
        if (!ready) throw Cancelled();
        return *ready;
    }

    // As wait(), but only for `limit`: nothing when that passes first. For vendor timers inside the deadline.
    std::optional<short> waitFor(int fd, short events, milliseconds limit) const {
        const int64_t until = now() + nanoseconds(limit).count();
        const auto ready = waitUntil(fd, events, until < at_ns_ ? until : at_ns_);
        if (!ready && passed()) throw Cancelled();
        return ready;
    }

    static int64_t now() {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC, &time);
        return int64_t{time.tv_sec} * 1000000000 + time.tv_nsec;
    }

  private:
    std::optional<short> waitUntil(int fd, short events, int64_t until_ns) const {
        for (;;) {
            pollfd fds[] = {{fd, events, 0}, {cancel_fd_, POLLIN, 0}};
            const int64_t left = until_ns - now();
            const int64_t rounded_up = left <= 0 ? 0 : (left + 999999) / 1000000;
            const int count = poll(fds, 2, static_cast<int>(rounded_up < 86400000 ? rounded_up : 86400000));
            if (count < 0 && errno != EINTR) throw std::runtime_error("poll failed");
            if (count > 0 && fds[1].revents != 0) throw Cancelled();
            if (count > 0) return fds[0].revents;
            if (now() >= until_ns) return std::nullopt;
        }
    }

    int64_t at_ns_;
    int cancel_fd_;
};

} // namespace v1
} // namespace probehost::sdk
