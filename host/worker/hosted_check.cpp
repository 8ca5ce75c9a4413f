// A run, its result, and a look at what it left in memory.
#include "worker/hosted_check.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "isolation/memory_group.hpp"
#include "isolation/payloads.hpp"
#include "isolation/worker_limits.hpp"

namespace probehost {

namespace {

constexpr int lowestPriority = 19; // so that no check can take the processor from an answer

// The second number of statm counts resident pages.
size_t residentBytes() {
    std::array<char, 128> text{};
    const int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t size = read(statm, text.data(), text.size() - 1);
    close(statm);
    if (size <= 0) return 0;
    char* second = nullptr;
    std::strtoul(text.data(), &second, 10);
    return std::strtoul(second, nullptr, 10) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

size_t memoryAllowed() {
    static const auto allowed = std::min<uint64_t>(workerMemory, memoryOfGroup() / 4);
    return allowed;
}

} // namespace

HostedCheck::HostedCheck(const ph_checker& checker, HostLink& link, uint32_t id, const CheckSettings& settings)
    : link_(link), id_(id), checker_(checker, link.table(), settings), thread_([this] { work(); }) {}

HostedCheck::~HostedCheck() {
    checker_.end();
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void HostedCheck::run(uint32_t run, const RunRequest& request) {
    {
        const std::scoped_lock lock(mutex_);
        job_ = Job{run, request};
    }
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
        if (residentBytes() > memoryAllowed()) _exit(workerMemoryStatus);
        FrameWriter frame(FrameType::Finished, id_, job->run);
        write(frame, result);
        link_.send(frame);
    }
}

} // namespace probehost
