// Only segments that nobody can have written to: what the loader relocated lies in others.
#include "server/spare_memory.hpp"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>

namespace probehost {

namespace {

constexpr std::chrono::seconds firstRuns{2};

void* at(uintptr_t address) {
    return reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr): the loader tells it as a number
}

bool relocatesCode(const dl_phdr_info& object) {
    for (const auto& segment : std::span(object.dlpi_phdr, object.dlpi_phnum)) {
        if (segment.p_type != PT_DYNAMIC) continue;
        const auto* entry = static_cast<const ElfW(Dyn)*>(at(object.dlpi_addr + segment.p_vaddr));
        for (; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
                return true;
    }
    return false;
}

void giveBack(uintptr_t begin, uintptr_t end) {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    begin = (begin + page - 1) / page * page; // its neighbours may share the first and the last page
    end = end / page * page;
    if (begin < end) madvise(at(begin), end - begin, MADV_DONTNEED);
}

int giveBackObject(dl_phdr_info* object, size_t, void*) {
    if (relocatesCode(*object)) return 0;
    for (const auto& segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = object->dlpi_addr + segment.p_vaddr;
        giveBack(begin, begin + segment.p_memsz);
    }
    return 0;
}

} // namespace

SpareMemory::SpareMemory() : freed_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (freed_ < 0) throw std::system_error(errno, std::generic_category(), "memory cannot be given back");
}

SpareMemory::~SpareMemory() { close(freed_); }

void SpareMemory::free() const { eventfd_write(freed_, 1); }

void SpareMemory::notice() {
    eventfd_t ignored = 0;
    if (eventfd_read(freed_, &ignored) == 0) used();
}

void SpareMemory::used() { due_ = Clock::now() + firstRuns; }

void SpareMemory::giveBackWhenDue() {
    if (!due_ || Clock::now() < *due_) return;
    due_.reset();
    giveBack();
}

void SpareMemory::giveBack() const {
    malloc_trim(0);
    dl_iterate_phdr(giveBackObject, nullptr);
}

} // namespace probehost
