// Policies are of threads, not of processes, on Linux.
#include "health/run_threads.hpp"

#include <sched.h>
#include <unistd.h>

namespace probehost {

namespace {

// Where the system refuses, the run goes on at the lowest priority.
bool schedule(pid_t thread, int policy) {
    const sched_param none{};
    return sched_setscheduler(thread, policy, &none) == 0;
}

} // namespace

void RunThreads::enter(const Checker& checker, Clock::time_point deadline) {
    const pid_t thread = gettid();
    const std::scoped_lock lock(mutex_);
    const bool late = Clock::now() >= deadline; // then demote() may have come too early for it
    places_.insert_or_assign(&checker, Place{thread, late && schedule(thread, SCHED_IDLE)});
}

void RunThreads::leave(const Checker& checker) {
    const std::scoped_lock lock(mutex_);
    const auto left = places_.extract(&checker);
    if (left.mapped().demoted) schedule(left.mapped().thread, SCHED_OTHER);
}

void RunThreads::demote(const Checker& checker) {
    const std::scoped_lock lock(mutex_);
    const auto place = places_.find(&checker);
    if (place != places_.end()) place->second.demoted = schedule(place->second.thread, SCHED_IDLE);
}

} // namespace probehost
