// The shortest life a check can have: start, then finish or expire.
#include "health/one_shot.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "health/run_pool.hpp"

namespace probehost {

namespace {

constexpr std::chrono::milliseconds patience{500}; // for runs that come back a little late

// Outlives the runs, which a stuck one needs.
struct Gathering {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::pair<size_t, std::optional<Result>>> back; // guarded by mutex
};

Clock::time_point firstDeadline(const std::vector<std::unique_ptr<Check>>& checks) {
    auto first = Clock::time_point::max();
    for (const auto& check : checks) {
        if (!check->idle() && !check->stuck()) first = std::min(first, check->nextEvent());
    }
    return first;
}

} // namespace

OneShot runOnce(std::vector<std::unique_ptr<Check>>& checks, const std::function<void(size_t)>& progress) {
    auto pool = std::make_unique<RunPool>(std::max(1, static_cast<int>(checks.size())));
    const auto gathering = std::make_shared<Gathering>();
    for (size_t i = 0; i < checks.size(); i++) {
        const auto now = Clock::now();
        const auto request = checks[i]->request(now, Reason::Once);
        checks[i]->start(now, 0);
        pool->run(checks[i]->checker(), request, [gathering, i](std::optional<Result> result) {
            const std::scoped_lock lock(gathering->mutex);
            gathering->back.emplace_back(i, std::move(result));
            gathering->changed.notify_one();
        });
    }
    for (auto deadline = firstDeadline(checks); deadline != Clock::time_point::max();
         deadline = firstDeadline(checks)) {
        std::unique_lock lock(gathering->mutex);
        gathering->changed.wait_until(lock, deadline, [&] { return !gathering->back.empty(); });
        for (auto& [i, result] : std::exchange(gathering->back, {})) checks[i]->finish(std::move(result), Clock::now());
        lock.unlock();
        for (auto& check : checks) check->expire(Clock::now());
        const auto done =
            std::ranges::count_if(checks, [](const auto& check) { return check->idle() || check->stuck(); });
        if (progress) progress(static_cast<size_t>(done));
    }
    for (auto& check : checks) check->checker().end();
    OneShot outcome;
    outcome.stuck = !pool->waitIdle(patience);
    if (outcome.stuck) static_cast<void>(pool.release()); // its end would wait for the stuck run
    for (const auto& check : checks) outcome.states.push_back(check->state(Clock::now()));
    return outcome;
}

} // namespace probehost
