// What one run costs the thread that schedules 10, 1,000 or 10,000 checks, and one probe that wants fresh results while
// others do.
#include <benchmark/benchmark.h>

#include <deque>
#include <mutex>
#include <thread>

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

// All threads ask for what is always too old: one run at a time, whoever asks.
void singleFlight(benchmark::State& state) {
    static Deaf observer;
    static std::unique_ptr<Scheduler> scheduler;
    if (state.thread_index() == 0) {
        scheduler = std::make_unique<Scheduler>(checksOf(5, milliseconds(0)), observer);
        scheduler->start();
    }
    for (auto _ : state) scheduler->refresh(Probe::Ready);
    if (state.thread_index() == 0) {
        scheduler->stop(std::chrono::seconds(5));
        scheduler.reset();
    }
}

BENCHMARK(scheduledRun)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(singleFlight)->ThreadRange(1, 8)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
