// Memory that a start or a reload needed and the service does not: heap that is free again, and code and constants of
// programs and libraries, most of which run once.
//
// What is given back is clean: the kernel has it in its cache, and a page that is wanted again is there again in a
// microsecond. What stays is what a quiet service really uses.
#pragma once

#include <optional>

#include "health/result.hpp"

namespace probehost {

// All from one thread.
class StartMemory {
  public:
    void used(); // just now; to be given back when first runs are over

    std::optional<Clock::time_point> due() const { return due_; }
    void giveBackWhenDue();

  private:
    std::optional<Clock::time_point> due_;
};

} // namespace probehost
