// How many runs a second arrive at a PostgreSQL, a Redis and a rate-limited OpenAI endpoint that a whole fleet looks
// at.
//
//   fleet SCENARIO REPLICAS [INTERVAL_MS=10000] [PROBE_PERIOD_MS=15000] [SECONDS=300] [MAX_AGE_MS=1000]
//         [PHASE=step] [SPREAD_MS=1000] [OPENAI_INTERVAL_MS=30000] [OPENAI_MAX_AGE_MS=30000]
//
// SCENARIO: at-once (all start within SPREAD), steady (that, ten minutes later), outage (that, fifteen minutes later;
// PostgreSQL does not answer from second 100 to 160), life (at-once, steady and outage, one after the other, 300 s
// each but for the five minutes in which nothing happens), waves (a quarter of them every 30 s). PHASE: step (each is
// probed from its start on, as a kubelet does) or chance (from any moment of the first period on, as when all kubelets
// have just started). Prints one line per second: the second, arrivals at each, and how many of OpenAI's were refused
// as too many in that minute. The same arguments print the same bytes.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <queue>
#include <stdexcept>

#include "replica.hpp"

namespace {

using namespace probehost;
using namespace probehost::fleet;
using std::chrono::seconds;

constexpr TimePoint origin{std::chrono::hours(24)};
constexpr seconds never{std::chrono::hours(24)};
constexpr seconds outageAt{1000}, outageLasts{60};
constexpr int64_t openaiPerMinute = 6000;

struct Scenario {
    seconds outageAt; // after the first start
    seconds warmUp;   // before what is counted
    milliseconds (*start)(uint32_t number, uint32_t replicas, int64_t spread);
};

// Spread evenly, and not by chance, over so many milliseconds.
milliseconds spread(uint32_t number, uint32_t replicas, int64_t over) {
    return milliseconds(static_cast<int64_t>(number) * over / replicas);
}

Scenario scenarioOf(const char* name) {
    const auto within = spread;
    const auto waves = [](uint32_t number, uint32_t replicas, int64_t over) {
        const uint32_t quarter = (replicas + 3) / 4;
        return seconds(30) * (number / quarter) + spread(number % quarter, quarter, over);
    };
    if (std::strcmp(name, "steady") == 0) return {never, seconds(600), within};
    if (std::strcmp(name, "outage") == 0) return {outageAt, seconds(900), within};
    if (std::strcmp(name, "life") == 0) return {outageAt, seconds(0), within};
    if (std::strcmp(name, "at-once") == 0) return {never, seconds(0), within};
    if (std::strcmp(name, "waves") == 0) return {never, seconds(0), waves};
    throw std::invalid_argument(name);
}

class Services final : public World {
  public:
    Services(const Scenario& scenario, seconds span)
        : scenario_(scenario), counts_(static_cast<size_t>(span.count())) {}

    Answer arrive(Dependency dependency, TimePoint now) override {
        const auto passed = now - origin - scenario_.warmUp;
        count(passed, static_cast<size_t>(dependency));
        if (dependency == Dependency::Redis) return {milliseconds(1), Status::Pass};
        if (dependency == Dependency::OpenAi) {
            if (withinLimit(now)) return {milliseconds(80), Status::Pass};
            count(passed, refused);
            return {milliseconds(80), Status::Warn};
        }
        const bool silent = now >= origin + scenario_.outageAt && now < origin + scenario_.outageAt + outageLasts;
        return silent ? Answer{seconds(2), Status::Fail} : Answer{milliseconds(2), Status::Pass};
    }

    void print() const {
        std::puts("second postgres redis openai refused");
        for (size_t i = 0; i < counts_.size(); i++)
            std::printf("%zu %u %u %u %u\n", i, counts_[i][0], counts_[i][1], counts_[i][2], counts_[i][refused]);
    }

  private:
    static constexpr size_t refused = dependencies; // their place among the counts

    void count(Clock::duration passed, size_t what) {
        const auto second = std::chrono::floor<seconds>(passed).count();
        if (second >= 0 && static_cast<size_t>(second) < counts_.size()) counts_[static_cast<size_t>(second)][what]++;
    }

    bool withinLimit(TimePoint now) {
        const auto minute = std::chrono::floor<std::chrono::minutes>(now - origin);
        if (minute != minute_) minute_ = minute, thisMinute_ = 0;
        return ++thisMinute_ <= openaiPerMinute;
    }

    const Scenario& scenario_;
    std::vector<std::array<uint32_t, dependencies + 1>> counts_;
    std::chrono::minutes minute_{0};
    int64_t thisMinute_ = 0;
};

struct Fleet {
    uint32_t replicas;
    int64_t spread; // of their starts, ms
    Habits habits;
};

void play(Services& services, const Scenario& scenario, const Fleet& fleet, seconds span) {
    std::vector<std::unique_ptr<Replica>> all;
    using Event = std::pair<TimePoint, uint32_t>;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
    for (uint32_t i = 0; i < fleet.replicas; i++) {
        const auto start = origin + scenario.start(i, fleet.replicas, fleet.spread);
        all.push_back(std::make_unique<Replica>(services, fleet.habits, i + 1, start));
        events.emplace(start, i);
    }
    const auto end = origin + scenario.warmUp + span;
    while (!events.empty() && events.top().first < end) {
        const auto [now, number] = events.top();
        events.pop();
        all[number]->step(now);
        events.emplace(std::max(all[number]->next(), now + std::chrono::microseconds(1)), number);
    }
}

int64_t argument(int argc, char** argv, int index, int64_t otherwise) {
    return argc > index ? std::strtoll(argv[index], nullptr, 10) : otherwise;
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 3) throw std::invalid_argument("SCENARIO REPLICAS");
    const auto scenario = scenarioOf(argv[1]);
    Fleet fleet{static_cast<uint32_t>(argument(argc, argv, 2, 0)), argument(argc, argv, 8, 1000), {}};
    Habits& habits = fleet.habits;
    habits.databases.interval = milliseconds(argument(argc, argv, 3, 10000));
    habits.probePeriod = milliseconds(argument(argc, argv, 4, 15000));
    const seconds span(argument(argc, argv, 5, 300));
    habits.databases.maxAge = milliseconds(argument(argc, argv, 6, 1000));
    habits.inStep = argc <= 7 || std::strcmp(argv[7], "chance") != 0;
    habits.openai.interval = milliseconds(argument(argc, argv, 9, 30000));
    habits.openai.maxAge = milliseconds(argument(argc, argv, 10, 30000));
    Services services(scenario, span);
    play(services, scenario, fleet, span);
    services.print();
} catch (const std::exception& failure) {
    std::fprintf(stderr,
                 "fleet: %s; usage: fleet steady|at-once|waves|outage|life REPLICAS [INTERVAL_MS] [PROBE_PERIOD_MS] "
                 "[SECONDS] [MAX_AGE_MS] [step|chance] [SPREAD_MS] [OPENAI_INTERVAL_MS] [OPENAI_MAX_AGE_MS]\n",
                 failure.what());
    return 64;
}
