// Thousands of checks on the real scheduler: how late runs begin, and what it takes. The first four intervals after a
// start are shorter, so measuring begins after them.
//
//   crowd [CHECKS=10000] [INTERVAL_MS=10000] [RUN_MS=1] [SECONDS=30]
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "health/scheduler.hpp"

namespace {

using namespace probehost;
using std::chrono::duration_cast;
using std::chrono::microseconds;

class Punctuality {
  public:
    void watch() { watching_ = true; }

    void began(Clock::time_point due) {
        if (!watching_) return;
        const auto late = duration_cast<microseconds>(Clock::now() - due).count();
        const std::scoped_lock lock(mutex_);
        late_.push_back(late);
    }

    // In milliseconds.
    double at(double part) {
        const std::scoped_lock lock(mutex_);
        if (late_.empty()) return 0;
        std::ranges::sort(late_);
        return static_cast<double>(late_[static_cast<size_t>(part * static_cast<double>(late_.size() - 1))]) / 1000;
    }

    size_t runs() {
        const std::scoped_lock lock(mutex_);
        return late_.size();
    }

  private:
    std::atomic<bool> watching_{false};
    std::mutex mutex_;
    std::vector<int64_t> late_; // guarded by mutex_
};

class Sleeping final : public Checker {
  public:
    Sleeping(Punctuality& punctuality, milliseconds time) : punctuality_(punctuality), time_(time) {}
    std::optional<Result> run(const RunRequest& request) override {
        punctuality_.began(request.due);
        std::this_thread::sleep_for(time_);
        return Result{};
    }
    void cancel() override {}
    void end() override {}

  private:
    Punctuality& punctuality_;
    const milliseconds time_;
};

class Counting final : public HealthObserver {
  public:
    void reported(std::shared_ptr<const Report>, Clock::time_point) override { reports++; }
    void changed(const CheckState&, const CheckState&) override {}
    std::atomic<uint64_t> reports{0};
};

double cpuSeconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

// At most, so far.
long residentMegabytes() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss / 1024;
}

size_t threads() {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
}

int64_t argument(int argc, char** argv, int index, int64_t otherwise) {
    return argc > index ? std::strtoll(argv[index], nullptr, 10) : otherwise;
}

} // namespace

int main(int argc, char** argv) {
    const auto count = argument(argc, argv, 1, 10000);
    const milliseconds interval(argument(argc, argv, 2, 10000)), time(argument(argc, argv, 3, 1));
    const std::chrono::seconds span(argument(argc, argv, 4, 30));
    Punctuality punctuality;
    Scheduler::Checks checks;
    for (int64_t i = 0; i < count; i++) {
        CheckPolicy policy;
        policy.name = "check-" + std::to_string(i);
        policy.probes = ProbeSet(2);
        policy.interval = interval;
        checks.push_back(std::make_unique<Check>(policy, std::make_unique<Sleeping>(punctuality, time)));
    }
    Counting observer;
    Scheduler scheduler(std::move(checks), observer);
    scheduler.start();
    std::this_thread::sleep_for(4 * interval + std::chrono::seconds(1));
    punctuality.watch();
    const auto reports = observer.reports.load();
    const double before = cpuSeconds();
    size_t most = 0;
    for (const auto end = Clock::now() + span; Clock::now() < end; most = std::max(most, threads()))
        std::this_thread::sleep_for(milliseconds(100));
    const double spent = cpuSeconds() - before;
    std::printf(
        "%zu runs in %lld s; late by p50 %.2f ms, p99 %.2f ms, at most %.2f ms; %.1f %% of a core; %zu threads; %ld "
        "MB; "
        "%llu reports\n",
        punctuality.runs(), static_cast<long long>(span.count()), punctuality.at(0.5), punctuality.at(0.99),
        punctuality.at(1), 100 * spent / static_cast<double>(span.count()), most, residentMegabytes(),
        static_cast<unsigned long long>(observer.reports - reports));
    scheduler.stop(std::chrono::seconds(5));
}
