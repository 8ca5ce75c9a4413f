// A run, its result, and a look at what it left in memory.
#include "worker/hosted_check.hpp"

#include <pthread.h>
#include <sys/resource.h>

#include <system_error>
#include <utility>

#include "isolation/payloads.hpp"

namespace probehost {

namespace {

constexpr int lowestPriority = 19; // so that no check can take the processor from an answer

constexpr size_t stackSize = 512 << 10; // as in the host

// Of the threads that this one starts meanwhile.
class SmallStacks {
  public:
    SmallStacks() {
        pthread_getattr_default_np(&usual_);
        pthread_attr_t small;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, stackSize);
        pthread_setattr_default_np(&small);
        pthread_attr_destroy(&small);
    }
    ~SmallStacks() {
        pthread_setattr_default_np(&usual_);
        pthread_attr_destroy(&usual_);
    }
    SmallStacks(const SmallStacks&) = delete;
    SmallStacks& operator=(const SmallStacks&) = delete;

  private:
    pthread_attr_t usual_{};
};

} // namespace

HostedCheck::HostedCheck(const ph_checker& checker, HostLink& link, uint32_t id, const CheckSettings& settings)
    : link_(link), id_(id), checker_(checker, link.table(), settings) {
    link_.beginCheck();
    thread_ = start();
}

// Where libraries have much thread-local data, the small stack would not hold even that.
std::thread HostedCheck::start() {
    try {
        const SmallStacks whileStarting;
        return std::thread([this] { work(); });
    } catch (const std::system_error&) {
        return std::thread([this] { work(); });
    }
}

HostedCheck::~HostedCheck() {
    checker_.end();
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
    if (job_) link_.endRun(); // never begun
    link_.endCheck();
}

void HostedCheck::run(uint32_t run, const RunRequest& request) {
    link_.beginRun();
    bool replaced = false; // one that was given up before it began
    {
        const std::scoped_lock lock(mutex_);
        replaced = job_.has_value();
        job_ = Job{run, request};
    }
    if (replaced) link_.endRun();
    changed_.notify_one();
}

std::optional<HostedCheck::Job> HostedCheck::next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return job_ || ending_; });
    if (ending_) return std::nullopt;
    return std::exchange(job_, std::nullopt);
}

void HostedCheck::work() {
    setpriority(PRIO_PROCESS, 0, lowestPriority); // of this thread and those it starts
    while (const auto job = next()) {
        const auto result = checker_.run(job->request);
        link_.endRun();
        link_.endIfExcessive();
        FrameWriter frame(FrameType::Finished, id_, job->run);
        write(frame, result);
        link_.send(frame);
    }
}

} // namespace probehost
