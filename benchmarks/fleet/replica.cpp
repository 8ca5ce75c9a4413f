#include "replica.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace probehost::fleet {

namespace {

constexpr std::array names = {"postgres", "redis", "openai"};

// The runs themselves are the world's.
class Nothing final : public Checker {
  public:
    std::optional<Result> run(const RunRequest&) override { return std::nullopt; }
    void cancel() override {}
    void end() override {}
};

CheckSchedule::Checks checksOf(const Habits& habits) {
    CheckSchedule::Checks checks;
    for (int i = 0; i < dependencies; i++) {
        const bool openai = i == static_cast<int>(Dependency::OpenAi);
        const auto& rhythm = openai ? habits.openai : habits.databases;
        CheckPolicy policy;
        policy.name = names[i];
        policy.probes = ProbeSet(2);
        policy.interval = rhythm.interval;
        policy.maxAge = rhythm.maxAge;
        checks.push_back(std::make_unique<Check>(policy, std::make_unique<Nothing>()));
    }
    return checks;
}

Dependency dependencyOf(const Check& check) {
    const auto found = std::ranges::find(names, check.policy().name);
    return static_cast<Dependency>(found - names.begin());
}

// A kubelet begins with the container; at a random moment of the first period only where it has itself just started.
TimePoint firstProbe(const Habits& habits, uint32_t seed, TimePoint start) {
    if (habits.probePeriod.count() == 0) return TimePoint::max();
    if (habits.inStep) return start;
    std::minstd_rand random(seed * 7919U + 1U);
    return start + milliseconds(std::uniform_int_distribution<int64_t>(0, habits.probePeriod.count())(random));
}

} // namespace

Replica::Replica(World& world, const Habits& habits, uint32_t seed, TimePoint start)
    : world_(world),
      probePeriod_(habits.probePeriod),
      now_(start),
      nextProbe_(firstProbe(habits, seed, start)),
      schedule_(checksOf(habits), *this, *this, seed) {}

TimePoint Replica::next() const {
    auto next = std::min(schedule_.nextEvent(), nextProbe_);
    for (const auto& run : runs_) next = std::min(next, run.back);
    return std::max(next, now_);
}

void Replica::step(TimePoint now) {
    now_ = now;
    comeBack(now);
    if (now >= nextProbe_) {
        nextProbe_ += probePeriod_;
        if (freshUntil_ < now) schedule_.refresh(Probe::Ready, now); // as the front does
    }
    schedule_.turn(now);
}

void Replica::comeBack(TimePoint now) {
    std::erase_if(runs_, [&](const Run& run) {
        if (run.back > now) return false;
        schedule_.finish(*run.check, run.status == Status::Fail ? Result::failed("No") : Result{}, now);
        return true;
    });
}

void Replica::reported(std::shared_ptr<const Report>, TimePoint readyFreshUntil) { freshUntil_ = readyFreshUntil; }

bool Replica::run(Check& check, const RunRequest&) {
    const auto answer = world_.arrive(dependencyOf(check), now_);
    runs_.push_back({&check, now_ + answer.takes, answer.status});
    return true;
}

} // namespace probehost::fleet
