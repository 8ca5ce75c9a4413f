// One host of a fleet: three checks on the host's own schedule, asked by a kubelet, with runs that take virtual time.
#pragma once

#include <deque>

#include "health/check_schedule.hpp"

namespace probehost::fleet {

using TimePoint = Check::TimePoint;

enum class Dependency : uint8_t { Postgres, Redis, OpenAi };
inline constexpr int dependencies = 3;

// What the fleet looks at; counts who comes.
class World {
  public:
    virtual ~World() = default;
    // A run arrives; how long it takes, and how it ends.
    struct Answer {
        milliseconds takes;
        Status status;
    };
    virtual Answer arrive(Dependency dependency, TimePoint now) = 0;
};

struct Rhythm {
    milliseconds interval;
    milliseconds maxAge;
};

struct Habits {
    Rhythm databases{milliseconds(10000), milliseconds(1000)}; // as `postgres` and `redis` suggest
    Rhythm openai{milliseconds(30000), milliseconds(30000)};   // as `azure-openai` does
    milliseconds probePeriod{15000};                           // zero: nobody asks
    bool inStep = true; // probes begin with the replica; otherwise at any moment of the first period
};

class Replica final : private HealthObserver, private Runner {
  public:
    Replica(World& world, const Habits& habits, uint32_t seed, TimePoint start);

    TimePoint next() const;
    void step(TimePoint now);

  private:
    struct Run {
        Check* check;
        TimePoint back;
        Status status;
    };

    void reported(std::shared_ptr<const Report> report, TimePoint readyFreshUntil) override;
    void changed(const CheckState&, const CheckState&) override {}
    bool hasRoom() override { return true; }
    bool run(Check& check, const RunRequest& request) override;
    void grow(int) override {}
    void demote(Check&) override {}
    bool bury(std::unique_ptr<Check>&) override { return true; }

    void comeBack(TimePoint now);

    World& world_;
    const milliseconds probePeriod_;
    TimePoint now_;
    TimePoint nextProbe_;
    TimePoint freshUntil_{};
    std::deque<Run> runs_;
    CheckSchedule schedule_;
};

} // namespace probehost::fleet
