// Poco::ThreadPool with tasks that own themselves.
#include "health/run_pool.hpp"

#include <Poco/Runnable.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <thread>

namespace probehost {

namespace {

constexpr std::size_t threadsOfSmallest = 48; // and one more for each processor
constexpr int idleSeconds = 60;               // after which an unused thread ends
constexpr int stackBytes = 512 * 1024;
constexpr int lowestPriority = 19;

// What a checker throws, against the rules, ends its run and nothing else.
std::optional<Result> outcome(Checker& checker, const RunRequest& request) {
    try {
        return checker.run(request);
    } catch (...) {
        return Result::failed("Checker failed", "its run threw an exception, which no plugin may");
    }
}

class Task final : public Poco::Runnable {
  public:
    explicit Task(std::function<void()> body) : body_(std::move(body)) {}

    void run() override {
        const std::unique_ptr<Task> self(this);
        setpriority(PRIO_PROCESS, 0, lowestPriority); // of this thread alone, on Linux
        pthread_setname_np(pthread_self(), "check");
        body_();
    }

  private:
    std::function<void()> body_;
};

} // namespace

RunPool::RunPool(int threads) : pool_("check", 1, threads, idleSeconds, stackBytes) {}

int RunPool::threadsFor(std::size_t checks) {
    const std::size_t most = threadsOfSmallest + std::thread::hardware_concurrency();
    return static_cast<int>(std::clamp<std::size_t>(checks, 1, most));
}

bool RunPool::run(Checker& checker, const RunRequest& request, Done done) {
    return execute([this, &checker, request, done = std::move(done)] {
        runThreads_.enter(checker, request.deadline);
        auto result = outcome(checker, request);
        runThreads_.leave(checker);
        done(std::move(result));
    });
}

bool RunPool::execute(std::function<void()> task) {
    auto owned = std::make_unique<Task>(std::move(task));
    try {
        pool_.start(*owned);
    } catch (const Poco::Exception&) { // no room in the pool, or no more threads from the system
        return false;
    }
    static_cast<void>(owned.release()); // the task deletes itself when it has run
    return true;
}

bool RunPool::executeBeside(std::function<void()> task) {
    grow(1);
    const bool accepted = execute([this, task = std::move(task)] {
        task();
        grow(-1);
    });
    if (!accepted) grow(-1);
    return accepted;
}

void RunPool::grow(int threads) { pool_.addCapacity(threads); }

bool RunPool::waitIdle(std::chrono::milliseconds limit) {
    const auto end = Clock::now() + limit;
    while (pool_.used() > 0 && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return pool_.used() == 0;
}

} // namespace probehost
