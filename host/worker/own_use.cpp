// The kernel's own figures; an address space limit alone does not bound either.
#include "worker/own_use.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "isolation/memory_group.hpp"
#include "isolation/worker_limits.hpp"

namespace probehost {

namespace {

constexpr int threadsField = 18; // of /proc/self/stat, counted from behind the name
using Text = std::array<char, 512>;

Text contentOf(const char* file) {
    Text text{};
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return text;
    if (read(fd, text.data(), text.size() - 1) < 0) text.front() = '\0';
    close(fd);
    return text;
}

// The second number of statm counts resident pages.
size_t residentBytes() {
    const auto text = contentOf("/proc/self/statm");
    char* second = nullptr;
    std::strtoul(text.data(), &second, 10);
    return std::strtoul(second, nullptr, 10) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

long threadCount() {
    const auto text = contentOf("/proc/self/stat");
    const char* field = std::strrchr(text.data(), ')');
    for (int i = 0; field != nullptr && i < threadsField; i++) field = std::strchr(field + 1, ' ');
    return field == nullptr ? 0 : std::strtol(field, nullptr, 10);
}

size_t memoryAllowed() {
    static const auto allowed = std::min<uint64_t>(workerMemory, memoryOfGroup() / 4);
    return allowed;
}

} // namespace

void endIfExcessive(long ownThreads) {
    if (residentBytes() > memoryAllowed()) _exit(workerMemoryStatus);
    if (threadCount() > workerThreads + ownThreads) _exit(workerThreadsStatus);
}

bool hasThreadsBeside(long ownThreads) { return threadCount() > ownThreads; }

} // namespace probehost
