// The schedule of checks with a clock of the input's: runs, overruns, reloads, drains and standstills in any order.
#include "health/check_schedule.hpp"

#include <algorithm>
#include <list>
#include <map>

#include "fuzz_input.hpp"

using namespace probehost;
using namespace std::chrono_literals;
using fuzz::require;

namespace {

using TimePoint = Clock::time_point;

struct Idle final : Checker {
    std::optional<Result> run(const RunRequest&) override { return std::nullopt; }
    void cancel() override {}
    void end() override {}
};

// One world: what the schedule started and has not got back yet, and what it told.
class World final : Runner, HealthObserver {
  public:
    explicit World(fuzz::Parts script) : script_(script), schedule_(checks(), *this, *this, 1) {
        schedule_.publish(now_);
        schedule_.turn(now_);
    }

    void play() {
        while (!script_.rest().empty()) {
            act(script_.byte());
            settle();
        }
        comeBack();
    }

  private:
    struct Run {
        Check* check;
        TimePoint deadline;
    };

    CheckSchedule::Checks checks() {
        CheckSchedule::Checks made;
        names_.clear();
        for (unsigned which = script_.byte() % 16U, number = 0; number < 4; number++) {
            if ((which >> number & 1U) == 0) continue;
            made.push_back(std::make_unique<Check>(policy(number), std::make_unique<Idle>()));
            names_.push_back(made.back()->policy().name);
        }
        return made;
    }

    CheckPolicy policy(unsigned number) {
        CheckPolicy policy;
        const unsigned byte = script_.byte();
        policy.name = std::string(1, static_cast<char>('a' + number));
        policy.probes.add(Probe::Ready);
        policy.timeout = milliseconds(10 + 10 * (byte & 7U));
        policy.interval = milliseconds(100 * (byte >> 3U & 3U)); // 0: only when asked
        intervals_[policy.name] = policy.interval;
        policy.maxAge = milliseconds(50 * (byte >> 5U & 3U));
        policy.staleAfter = 1s;
        policy.failureThreshold = 1 + static_cast<int>(byte >> 7U);
        return policy;
    }

    void act(unsigned what) {
        switch (what % 8) {
            case 0:
            case 1:
            case 2:
                return pass(milliseconds(what));
            case 3:
                return finish(what >> 3U);
            case 4:
                return schedule_.refresh(Probe::Ready, now_);
            case 5:
                return schedule_.replace(checks());
            case 6:
                return schedule_.drain((what & 8U) != 0);
            default:
                schedule_.pardon(milliseconds(what));
                standstill_ += milliseconds(what);
        }
    }

    // As the host does: a turn at each of its events on the way.
    void pass(milliseconds time) {
        const auto end = now_ + time;
        for (int turns = 0; now_ < end; turns++) {
            require(turns < 1000, "time goes on");
            now_ = std::clamp(schedule_.nextEvent(), now_, end);
            settle();
        }
    }

    void settle() {
        schedule_.turn(now_);
        require(schedule_.nextEvent() > now_, "a turn leaves nothing to be done at once");
        for (const auto& run : runs_)
            require(run.check->stuck() || now_ < run.deadline + standstill_,
                    "no run is waited for beyond its deadline");
        require(reported_.checks.size() == names_.size(), "each check is in the report");
        for (std::size_t i = 0; i < names_.size(); i++) require(reported_.checks[i].name == names_[i], "in its order");
    }

    void finish(unsigned what) {
        if (runs_.empty()) return;
        const auto run = std::next(runs_.begin(), (what >> 2U) % static_cast<unsigned>(runs_.size()));
        Check& check = *run->check;
        runs_.erase(run);
        if (what % 4 == 0) return schedule_.finish(check, std::nullopt, now_);
        schedule_.finish(check, what % 4 == 1 ? Result::failed("No") : Result{}, now_);
    }

    // When all runs have come back, each check goes on: what has an interval is started again in time.
    void comeBack() {
        while (!runs_.empty()) finish(3);
        settle();
        pass(100ms); // what changed nothing is told a moment later
        std::map<std::string, uint64_t> before;
        for (const auto& check : reported_.checks) before[check.name] = check.runs;
        for (int i = 0; i < 40; i++) {
            pass(10ms);
            while (!runs_.empty()) finish(3);
            settle();
        }
        pass(100ms);
        for (const auto& check : reported_.checks)
            require(intervals_[check.name] == 0ms || check.runs > before[check.name], "no check is forgotten");
    }

    bool hasRoom() override { return script_.byte() < 230; }

    bool run(Check& check, const RunRequest& request) override {
        for (const auto& other : runs_)
            require(other.check->policy().name != check.policy().name, "one run of a name at a time");
        if (script_.byte() == 255) return false; // no thread
        runs_.push_back({&check, request.deadline});
        return true;
    }

    void grow(int runs) override {
        room_ += runs;
        require(room_ >= 0, "no more room is given back than was taken");
    }

    void demote(Check& check) override {
        require(std::ranges::any_of(runs_, [&](const auto& run) { return run.check == &check; }),
                "only what runs is demoted");
    }

    bool bury(std::unique_ptr<Check>& check) override {
        for (const auto& run : runs_) require(run.check != check.get(), "nothing is destroyed that runs");
        check.reset();
        return true;
    }

    void reported(std::shared_ptr<const Report> report, TimePoint) override { reported_ = *report; }

    void changed(const CheckState& before, const CheckState& after) override {
        require(before.name == after.name, "a change is one check's");
    }

    fuzz::Parts script_;
    TimePoint now_{std::chrono::hours(1)};
    milliseconds standstill_{0};
    std::vector<std::string> names_;
    std::list<Run> runs_;
    std::map<std::string, milliseconds> intervals_;
    Report reported_;
    int room_ = 0;
    CheckSchedule schedule_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    World(fuzz::Parts(fuzz::bytesOf(data, size).substr(0, 512))).play();
    return 0;
}
