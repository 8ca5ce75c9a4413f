// How long the machine kept a process from running while it wanted to, so that a test blames nobody for it.
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace probehost {

// A thread that only sleeps sees when nothing runs. Code that has to be read from the disk first delays only the thread
// that needs it, by a time that nobody tells, so such a stretch counts as a whole. To be used by one thread.
class Stalls {
  public:
    using Clock = std::chrono::steady_clock;
    using Duration = std::chrono::duration<double, std::milli>;

    void begin() {
        began_ = Clock::now();
        pages_read_ = pagesRead();
        overslept_ns_ = 0;
    }

    // Since `begin`.
    Duration length() const {
        if (pagesRead() != pages_read_) return Clock::now() - began_;
        return std::chrono::nanoseconds(overslept_ns_ + overslept(Clock::time_point(Clock::duration(nap_began_ns_))));
    }

  private:
    static constexpr std::chrono::milliseconds kNap{5};

    static long pagesRead() {
        rusage use{};
        getrusage(RUSAGE_SELF, &use);
        return use.ru_majflt;
    }

    void watch(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const auto start = Clock::now();
            nap_began_ns_ = start.time_since_epoch().count();
            std::this_thread::sleep_for(kNap);
            overslept_ns_ += overslept(start);
        }
    }

    // Nanoseconds, of a nap that may not have ended yet.
    static long long overslept(Clock::time_point start) {
        const std::chrono::nanoseconds late = Clock::now() - start - kNap;
        return late > kNap ? late.count() : 0;
    }

    Clock::time_point began_;
    long pages_read_ = 0;
    std::atomic<long long> overslept_ns_{0};
    std::atomic<Clock::rep> nap_began_ns_{Clock::now().time_since_epoch().count()};
    std::jthread witness_{[this](const std::stop_token& stop) { watch(stop); }};
};

} // namespace probehost
