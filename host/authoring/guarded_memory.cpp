// Whole pages, the last of which nobody may touch.
#include "authoring/guarded_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

namespace probehost::authoring {

GuardedMemory::GuardedMemory(size_t size) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const auto pages = (size + page - 1) / page;
    mapped_ = (pages + 1) * page;
    void* map = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) throw std::bad_alloc();
    map_ = static_cast<char*>(map);
    begin_ = map_ + pages * page - size;
    mprotect(map_ + pages * page, page, PROT_NONE);
}

GuardedMemory::~GuardedMemory() { munmap(map_, mapped_); }

void GuardedMemory::close() { mprotect(map_, mapped_, PROT_NONE); }

} // namespace probehost::authoring
