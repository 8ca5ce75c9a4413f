// What the front has done since it began, written by its one thread and read by any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace probehost {

enum class Count : uint8_t {
    Accepted,
    Open, // connections now
    ProbesAnswered,
    Forwarded,        // requests that went on to a handler
    ForwardsRefused,  // 503: no handler thread free, queue full
    BadRequests,      // refused by the parser
    Evicted,          // closed to make room, or forgotten, which may be followed by a close
    OverShare,        // turned away: their address had its share
    OutOfDescriptors, // accept failed for want of descriptors or memory
    DeadlineCloses,   // head, body, write or handler deadline passed
    IdleCloses,       // keep-alive time passed
    Parked,           // probes that waited for fresher results
    ParkedNow,
    ParkedOverflow, // probes answered at once because too many were waiting
    WaitsExpired,   // probes answered with the latest results at their deadline
    ForeignPeers,   // admin connections of another user, closed
    LoopStallMaxUs, // longest turn of the loop
    End
};

const char* name(Count count);

class Counters {
  public:
    void add(Count count, uint64_t n = 1) { at(count).fetch_add(n, std::memory_order_relaxed); }
    void set(Count count, uint64_t n) { at(count).store(n, std::memory_order_relaxed); }
    void raise(Count count, uint64_t n) {
        if (n > (*this)[count]) set(count, n);
    }
    uint64_t operator[](Count count) const { return counts_[std::size_t(count)].load(std::memory_order_relaxed); }

  private:
    std::atomic<uint64_t>& at(Count count) { return counts_[std::size_t(count)]; }

    std::array<std::atomic<uint64_t>, std::size_t(Count::End)> counts_{};
};

} // namespace probehost
