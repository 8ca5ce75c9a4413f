// Memory that a start, a reload or a crowd of clients needed and the service does not: heap that is free again, and
// code and constants of programs and libraries, most of which run once.
//
// What is given back is clean: the kernel has it in its cache, and a page that is wanted again is there again in a
// microsecond. What stays is what a quiet service really uses.
#pragma once

#include <optional>

#include "health/result.hpp"

namespace probehost {

// All but free() from one thread.
class SpareMemory {
  public:
    SpareMemory(); // throws std::system_error
    ~SpareMemory();

    SpareMemory(const SpareMemory&) = delete;
    SpareMemory& operator=(const SpareMemory&) = delete;

    void giveBack() const; // all that is not in use at this moment
    void used();           // just now; to be given back when first runs are over

    void free() const;                // any thread: much is free that was used until now; fd() is then readable
    int fd() const { return freed_; } // readable: notice()
    void notice();

    std::optional<Clock::time_point> due() const { return due_; }
    void giveBackWhenDue();

  private:
    const int freed_; // eventfd
    std::optional<Clock::time_point> due_;
};

} // namespace probehost
