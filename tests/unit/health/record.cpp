// Copies of reports, in the order in which they came.
#include "record.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "gate.hpp"

namespace probehost::test {

const CheckState& of(const Report& report, const std::string& check) {
    const auto found = std::ranges::find(report.checks, check, &CheckState::name);
    INFO("no check " << check);
    REQUIRE(found != report.checks.end());
    return *found;
}

void Record::reported(std::shared_ptr<const Report> report, Clock::time_point readyFreshUntil) {
    {
        const std::scoped_lock lock(mutex_);
        told_.push_back({*report, readyFreshUntil, Clock::now()});
    }
    news_.notify_all();
}

void Record::changed(const CheckState& before, const CheckState& after) {
    std::string change = after.name;
    if (!before.everRan || before.healthy != after.healthy) change += after.healthy ? " healthy" : " unhealthy";
    if (before.stuckFor.has_value() != after.stuckFor.has_value()) change += after.stuckFor ? " stuck" : " unstuck";
    if (before.warning != after.warning) change += " warning:" + after.warning;
    const std::scoped_lock lock(mutex_);
    changes_.push_back(change);
}

Record::Told Record::first(const std::function<bool(const Report&)>& wanted) {
    const auto end = Clock::now() + patience;
    std::unique_lock lock(mutex_);
    for (size_t i = 0;; i++) {
        if (!news_.wait_until(lock, end, [&] { return told_.size() > i; })) FAIL("no such report came");
        if (wanted(told_[i].report)) return told_[i];
    }
}

Record::Told Record::first(const std::string& check, const std::function<bool(const CheckState&)>& wanted) {
    return first([&](const Report& report) {
        const auto found = std::ranges::find(report.checks, check, &CheckState::name);
        return found != report.checks.end() && wanted(*found);
    });
}

std::vector<Record::Told> Record::all() {
    const std::scoped_lock lock(mutex_);
    return told_;
}

std::vector<std::string> Record::changes() {
    const std::scoped_lock lock(mutex_);
    return changes_;
}

} // namespace probehost::test
