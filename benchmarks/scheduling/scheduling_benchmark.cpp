// What one run costs the thread that schedules 10, 1,000 or 10,000 checks, and how long a probe waits for fresh results
// while others do.
#include <benchmark/benchmark.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "health/scheduler.hpp"

namespace {

using namespace probehost;

class Idle final : public Checker {
  public:
    std::optional<Result> run(const RunRequest&) override { return Result{}; }
    void cancel() override {}
    void end() override {}
};

class Deaf final : public HealthObserver {
  public:
    void reported(std::shared_ptr<const Report>, Clock::time_point) override {}
    void changed(const CheckState&, const CheckState&) override {}
};

CheckSchedule::Checks checksOf(int64_t count, milliseconds interval) {
    CheckSchedule::Checks checks;
    for (int64_t i = 0; i < count; i++) {
        CheckPolicy policy;
        policy.name = "check-" + std::to_string(i);
        policy.probes = ProbeSet(2);
        policy.interval = interval;
        checks.push_back(std::make_unique<Check>(policy, std::make_unique<Idle>()));
    }
    return checks;
}

// Runs come back a millisecond later, by a clock that only this turns.
class World final : private Runner {
  public:
    explicit World(int64_t checks)
        : schedule_(checksOf(checks, std::chrono::seconds(10)), observer_, *this, 1),
          warmUp_(now_ + std::chrono::seconds(30)) {
        schedule_.publish(now_);
        schedule_.turn(now_);
        while (now_ < warmUp_) next();
    }

    // Until the next run has come back.
    void runOnce() {
        for (const auto before = finished_; finished_ == before;) next();
    }

  private:
    struct Run {
        Check* check;
        Clock::time_point back;
    };

    void next() {
        const auto event = schedule_.nextEvent();
        const bool back = !runs_.empty() && runs_.front().back <= event;
        now_ = std::max(now_, back ? runs_.front().back : event);
        if (back) {
            schedule_.finish(*runs_.front().check, Result{}, now_);
            runs_.pop_front();
            finished_++;
        }
        schedule_.turn(now_);
    }

    bool hasRoom() override { return runs_.size() < 50; }
    bool run(Check& check, const RunRequest&) override {
        runs_.push_back({&check, now_ + milliseconds(1)});
        return true;
    }
    void grow(int) override {}
    void demote(Check&) override {}
    bool bury(std::unique_ptr<Check>&) override { return true; }

    Deaf observer_;
    Clock::time_point now_{std::chrono::hours(1)};
    std::deque<Run> runs_;
    uint64_t finished_ = 0;
    CheckSchedule schedule_;
    Clock::time_point warmUp_;
};

void scheduledRun(benchmark::State& state) {
    World world(state.range(0));
    for (auto _ : state) world.runOnce();
}

std::atomic<int64_t> runs{0};

class Counted final : public Checker {
  public:
    std::optional<Result> run(const RunRequest&) override {
        runs++;
        return Result{};
    }
    void cancel() override {}
    void end() override {}
};

// Lets probes wait as the front does: until results are no older than the probe.
class Waiting final : public HealthObserver {
  public:
    void reported(std::shared_ptr<const Report>, Clock::time_point readyFreshUntil) override {
        const std::scoped_lock lock(mutex_);
        freshUntil_ = readyFreshUntil;
        news_.notify_all();
    }
    void changed(const CheckState&, const CheckState&) override {}

    void waitFor(Clock::time_point asked) {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [&] { return freshUntil_ >= asked; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable news_;
    Clock::time_point freshUntil_ = Clock::time_point::min();
};

CheckSchedule::Checks oneThatIsAlwaysTooOld() {
    CheckPolicy policy;
    policy.name = "check";
    policy.probes = ProbeSet(2);
    policy.interval = policy.maxAge = milliseconds(0);
    CheckSchedule::Checks checks;
    checks.push_back(std::make_unique<Check>(policy, std::make_unique<Counted>()));
    return checks;
}

// All threads ask at once: whoever asks while a run goes on waits for that one. The time that Google Benchmark 1.7
// prints is divided by the number of threads, so each question's own is a counter.
void singleFlight(benchmark::State& state) {
    static Waiting observer;
    static std::unique_ptr<Scheduler> scheduler;
    if (state.thread_index() == 0) {
        scheduler = std::make_unique<Scheduler>(oneThatIsAlwaysTooOld(), observer);
        scheduler->start();
        runs = 0;
    }
    std::chrono::duration<double, std::micro> waited{};
    for (auto _ : state) {
        const auto asked = Clock::now();
        scheduler->refresh(Probe::Ready);
        observer.waitFor(asked);
        waited += Clock::now() - asked;
    }
    const auto questions = static_cast<double>(state.iterations());
    state.counters["question_us"] = benchmark::Counter(waited.count() / questions, benchmark::Counter::kAvgThreads);
    if (state.thread_index() == 0) {
        state.counters["questions_per_run"] = questions * state.threads() / static_cast<double>(runs);
        scheduler->stop(std::chrono::seconds(5));
        scheduler.reset();
    }
}

BENCHMARK(scheduledRun)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(singleFlight)->ThreadRange(1, 64)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
