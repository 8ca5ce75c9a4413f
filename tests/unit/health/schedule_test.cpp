// The schedule by a clock of the test: who waits for a thread, what it does about that, and how much it does at all.
#include "health/check_schedule.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>

#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

// Runs take so long, on as many threads as there are; time goes from event to event.
class Timetable final : private HealthObserver, private Runner {
  public:
    explicit Timetable(int checks, milliseconds interval = 10s, milliseconds maxAge = 1s)
        : schedule_(checksOf(checks, interval, maxAge), *this, *this, 1) {}

    void until(milliseconds time) {
        for (auto next = nextMoment(); next <= start_ + time; next = nextMoment()) step(next);
        now_ = start_ + time;
    }

    // Nothing happens for so long, and then all that was due.
    void standStill(milliseconds time) { step(now_ + time); }

    void probe() { schedule_.refresh(Probe::Ready, now_); }
    bool answersProbeOf(milliseconds time) const { return freshUntil_ >= start_ + time; }

    milliseconds runTime = 1ms;
    milliseconds unread{0}; // that long a result is not looked at
    bool fails = false;
    int threads = 50;     // that there may be
    bool refused = false; // the system gives none
    int reports = 0;
    int changes = 0;
    milliseconds oldestChange{0};  // when it was told
    std::deque<std::string> order; // of all runs that began
    std::vector<milliseconds> late;
    std::vector<std::string> demoted;
    Report told;

  private:
    struct Run {
        Check* check;
        Clock::time_point back;
    };

    CheckSchedule::Checks checksOf(int count, milliseconds interval, milliseconds maxAge) {
        CheckSchedule::Checks checks;
        for (int i = 0; i < count; i++) {
            auto each = policy(std::to_string(i));
            each.interval = interval;
            each.timeout = 2s;
            each.maxAge = maxAge;
            checks.push_back(check(each, trace_, passing()));
        }
        return checks;
    }

    Clock::time_point nextMoment() const {
        auto next = schedule_.nextEvent();
        for (const auto& run : runs_) next = std::min(next, run.back + unread);
        return std::max(next, now_);
    }

    void step(Clock::time_point now) {
        now_ = now;
        std::erase_if(runs_, [&](const Run& run) {
            if (run.back + unread > now) return false;
            schedule_.finish(*run.check, fails ? Result::failed("Connection refused") : passed(), run.back);
            return true;
        });
        schedule_.turn(now);
    }

    void reported(std::shared_ptr<const Report> report, Clock::time_point freshUntil) override {
        reports++;
        freshUntil_ = freshUntil;
        told = *report;
    }
    void changed(const CheckState&, const CheckState& after) override {
        changes++;
        oldestChange = std::max(oldestChange, *after.age);
    }
    bool hasRoom() override { return static_cast<int>(runs_.size()) < threads; }
    bool run(Check& check, const RunRequest& request) override {
        if (refused) return false;
        order.push_back(check.policy().name);
        late.push_back(std::chrono::duration_cast<milliseconds>(now_ - request.due));
        runs_.push_back({&check, now_ + runTime});
        return true;
    }
    void grow(int runs) override { threads += runs; }
    void demote(Check& check) override { demoted.push_back(check.policy().name); }
    bool bury(std::unique_ptr<Check>& check) override {
        check.reset();
        return true;
    }

    Trace trace_;
    const Clock::time_point start_{1h};
    Clock::time_point now_ = start_;
    Clock::time_point freshUntil_{};
    std::deque<Run> runs_;
    CheckSchedule schedule_;
};

} // namespace

TEST_CASE("schedule: who waits for a thread gets one in turn", "[health]") {
    Timetable timetable(7, 0s);
    timetable.threads = 2;
    timetable.until(1s);
    CHECK(timetable.order == std::deque<std::string>{"0", "1", "2", "3", "4", "5", "6"});
    CHECK(timetable.threads == 2);
}

TEST_CASE("schedule: a run is demoted once it overran its deadline, and none that came back in time", "[health]") {
    Timetable inTime(3);
    inTime.runTime = 1900ms;
    inTime.until(30s);
    CHECK(inTime.demoted.empty());
    Timetable late(3);
    late.runTime = 5s;
    late.until(3s);
    std::ranges::sort(late.demoted);
    CHECK(late.demoted == std::vector<std::string>{"0", "1", "2"});
}

TEST_CASE("schedule: where no run comes back, those that wait get threads of their own soon", "[health]") {
    Timetable timetable(60, 0s);
    timetable.runTime = 1900ms;
    timetable.until(100ms);
    CHECK(timetable.order.size() == 60);
    CHECK(timetable.threads == 66);
}

TEST_CASE("schedule: a thousand runs of which none comes back have all begun soon", "[health]") {
    Timetable timetable(1000, 0s);
    timetable.runTime = 1900ms;
    timetable.until(500ms);
    CHECK(timetable.order.size() == 1000);
}

TEST_CASE("schedule: threads for runs that did not come back are given back when all have", "[health]") {
    Timetable timetable(60, 0s);
    timetable.runTime = 1900ms;
    timetable.until(3s);
    CHECK(timetable.order.size() == 60);
    CHECK(timetable.threads == 50);
}

TEST_CASE("schedule: a machine that stood still needs no more threads", "[health]") {
    Timetable timetable(60, 0s);
    timetable.runTime = 1900ms;
    timetable.until(10ms);
    timetable.standStill(400ms);
    CHECK(timetable.threads == 50);
}

TEST_CASE("schedule: a thread that the system refuses is waited for", "[health]") {
    Timetable timetable(5);
    timetable.until(5s); // the next runs are due in the five seconds that follow
    REQUIRE(timetable.order.size() == 5);
    timetable.refused = true;
    timetable.until(6900ms);
    timetable.refused = false;
    timetable.until(11s);
    CHECK(timetable.order.size() >= 10);
    CHECK(*std::ranges::max_element(timetable.late) > 100ms);
    for (const auto& check : timetable.told.checks) CHECK(check.lastError.empty());
}

TEST_CASE("schedule: it is waited for no longer than the run could take", "[health]") {
    Timetable timetable(5);
    timetable.refused = true;
    timetable.until(1900ms);
    CHECK(timetable.told.checks.front().error == "No result yet");
    timetable.until(2100ms);
    for (const auto& check : timetable.told.checks) CHECK(check.error == "No check thread free");
}

TEST_CASE("schedule: results that change nothing share a report, ten a second at most", "[health]") {
    Timetable timetable(300);
    timetable.until(60s);
    const int before = timetable.reports;
    timetable.until(70s); // three hundred runs
    CHECK(timetable.reports - before <= 100);
    CHECK(timetable.reports - before >= 80);
}

TEST_CASE("schedule: a result that changes something is told at once, among many that do not", "[health]") {
    Timetable timetable(300);
    timetable.until(60s);
    timetable.oldestChange = 0ms;
    timetable.changes = 0;
    timetable.fails = true;
    timetable.until(61s);
    CHECK(timetable.changes > 10);
    CHECK(timetable.oldestChange <= 3ms); // the pause of so many checks between two reports
}

TEST_CASE("schedule: a probe that waits has its results told at once", "[health]") {
    Timetable timetable(5);
    timetable.runTime = 20ms;
    timetable.until(60s);
    timetable.probe();
    CHECK_FALSE(timetable.answersProbeOf(60s));
    timetable.until(60020ms);
    CHECK(timetable.answersProbeOf(60s));
}

TEST_CASE("schedule: a run that was over when a probe came, and not yet read, is made again for it", "[health]") {
    Timetable timetable(1, 0s);
    timetable.unread = 1800ms;
    timetable.until(1500ms);
    timetable.probe();
    timetable.until(1900ms);
    CHECK(timetable.order.size() == 2);
    timetable.unread = 0ms;
    timetable.until(3s);
    CHECK(timetable.answersProbeOf(1500ms));
    CHECK(timetable.order.size() == 2);
}

TEST_CASE("schedule: ten thousand checks are on time, and told of a few times a second", "[health]") {
    Timetable timetable(10000);
    timetable.until(10s);
    timetable.late.clear();
    timetable.reports = 0;
    timetable.until(20s);
    CHECK(timetable.late.size() > 10000);
    CHECK(*std::ranges::max_element(timetable.late) == 0ms);
    CHECK(timetable.reports >= 15);
    CHECK(timetable.reports <= 25);
    CHECK(timetable.threads == 50);
}

TEST_CASE("schedule: no probe waits for results that may be as old as the interval", "[health]") {
    const auto [checks, interval] = GENERATE(table<int, milliseconds>({{1, 1s}, {5, 30s}, {300, 10s}, {10000, 10s}}));
    CAPTURE(checks, interval.count());
    Timetable timetable(checks, interval, interval);
    timetable.until(6 * interval);
    timetable.order.clear();
    bool waits = false;
    for (auto now = 6 * interval; now <= 9 * interval; now += 1ms) {
        timetable.until(now);
        waits = waits || !timetable.answersProbeOf(now);
    }
    CHECK_FALSE(waits);
    CHECK(timetable.order.size() <= static_cast<std::size_t>(1.05 * 3 * checks) + 1);
}

TEST_CASE("schedule: who started together is spread over the interval a minute later", "[health]") {
    Timetable timetable(300);
    timetable.until(60s);
    for (auto end = 62500ms; end <= 90s; end += 2500ms) {
        timetable.order.clear();
        timetable.until(end);
        CHECK(timetable.order.size() > 38); // 75 are the mean
        CHECK(timetable.order.size() < 113);
    }
}

} // namespace probehost::test
