// Runs checks on a Poco thread pool at the lowest priority, so that no check can take the processor from an answer.
//
// Poco's pool has no queue: a run without a thread is refused. Threads come when they are needed and go when they are
// not.
#pragma once

#include <Poco/ThreadPool.h>

#include <functional>
#include <optional>

#include "health/checker.hpp"
#include "health/run_threads.hpp"

namespace probehost {

class RunPool {
  public:
    using Done = std::function<void(std::optional<Result>)>;

    explicit RunPool(int threads);

    // For so many checks, one each, but no more than a small machine would feel; quick runs of thousands find room
    // there.
    static int threadsFor(std::size_t checks);

    // Whether a thread is free, or may be had. Any thread.
    bool hasRoom() const { return pool_.available() > 0; }

    // Runs `checker` and hands its result to `done` on the pool's thread; false when no thread is free. Any thread.
    bool run(Checker& checker, const RunRequest& request, Done done);

    // The run of `checker`, if one is under way, gets only time that nobody else wants. Any thread.
    void demote(const Checker& checker) { runThreads_.demote(checker); }

    // Runs any task under the same priority; false when no thread is free. Any thread.
    bool execute(std::function<void()> task);

    // As execute(), but takes no room from runs for as long as the task lasts, even for ever.
    bool executeBeside(std::function<void()> task);

    // Changes the room for runs by `threads`. Any thread.
    void grow(int threads);

    // Waits until every thread has come back, but no longer than `limit`; false when one has not. Any thread.
    bool waitIdle(std::chrono::milliseconds limit);

    int threads() const { return pool_.allocated(); }

  private:
    RunThreads runThreads_;
    Poco::ThreadPool pool_;
};

} // namespace probehost
