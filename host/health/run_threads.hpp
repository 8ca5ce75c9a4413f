// Which thread has which run, so that a run which overran its deadline can be put behind everything else.
//
// Threads of the lowest priority still get whole time slices before one that wakes up; those of SCHED_IDLE get none.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <unordered_map>

#include "health/checker.hpp"

namespace probehost {

class RunThreads {
  public:
    // Around the run of `checker`, on its thread. A run that begins after its deadline is demoted at once.
    void enter(const Checker& checker, Clock::time_point deadline);
    // The thread is as before the run, unless the system does not allow that (it does with CAP_SYS_NICE or an
    // RLIMIT_NICE of at least 1).
    void leave(const Checker& checker);

    // From now on the run of `checker` gets only time that nobody else wants; nothing when none is under way. Any
    // thread.
    void demote(const Checker& checker);

  private:
    struct Place {
        pid_t thread;
        bool demoted = false;
    };

    std::mutex mutex_;
    std::unordered_map<const Checker*, Place> places_; // guarded by mutex_
};

} // namespace probehost
