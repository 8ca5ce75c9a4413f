// Everything that a scheduler told, and a way to wait for what it will tell.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "health/scheduler.hpp"

namespace probehost::test {

// The state of one check in a report; the test fails when there is none.
const CheckState& of(const Report& report, const std::string& check);

class Record final : public HealthObserver {
  public:
    struct Told {
        Report report;
        Clock::time_point readyFreshUntil;
        Clock::time_point at;
    };

    void reported(std::shared_ptr<const Report> report, Clock::time_point readyFreshUntil) override;
    void changed(const CheckState& before, const CheckState& after) override;

    // The first report of all that is as wanted, waited for; the test fails when none comes.
    Told first(const std::function<bool(const Report&)>& wanted);
    // The first in which `check` is as wanted; one that does not have the check is not.
    Told first(const std::string& check, const std::function<bool(const CheckState&)>& wanted);

    std::vector<Told> all();
    std::vector<std::string> changes(); // such as "db healthy"

  private:
    std::mutex mutex_;
    std::condition_variable news_;
    std::vector<Told> told_;           // guarded by mutex_
    std::vector<std::string> changes_; // guarded by mutex_
};

} // namespace probehost::test
