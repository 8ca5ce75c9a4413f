// Memory whose end is watched: one byte further, or any byte once it is closed, ends the process.
#pragma once

#include <cstddef>

namespace probehost::authoring {

class GuardedMemory {
  public:
    explicit GuardedMemory(size_t size); // zeroed; throws std::bad_alloc
    ~GuardedMemory();

    GuardedMemory(const GuardedMemory&) = delete;
    GuardedMemory& operator=(const GuardedMemory&) = delete;

    // `size` bytes, the last of which lies before the guard; aligned when `size` is a multiple of the alignment.
    void* get() const { return begin_; }
    void close(); // no access any more

  private:
    size_t mapped_;
    char* map_;
    char* begin_;
};

} // namespace probehost::authoring
