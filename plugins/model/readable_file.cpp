// Proves that a file's bytes can really be had: from the disk, and through a mapping.
#include "readable_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <probehost/checker.hpp>
#include <system_error>
#include <vector>

namespace probehost {
namespace {

constexpr uint64_t kWindow = 1 << 20;
constexpr uint64_t kMostWindows = 64;

[[noreturn]] void cannotRead(int error) { throw std::system_error(error, std::generic_category()); }

void throwIfStopped(int stop_fd) {
    pollfd stop = {stop_fd, POLLIN, 0};
    if (poll(&stop, 1, 0) > 0) throw sdk::Cancelled();
}

// The kernel touches the pages for us: where a program would get SIGBUS, it gets an error. 0, or an errno.
int populate(int fd, uint64_t offset, size_t length) {
    void* window = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(offset));
    if (window == MAP_FAILED) return errno;
    const int error = madvise(window, length, MADV_POPULATE_READ) == 0 ? 0 : errno;
    munmap(window, length);
    return error;
}

void readWindow(int fd, uint64_t offset, size_t length) {
    std::vector<char> buffer(length);
    if (pread(fd, buffer.data(), length, static_cast<off_t>(offset)) < 0 && errno != EINTR) cannotRead(errno);
}

void proveWindow(int fd, uint64_t offset, size_t length) {
    const int error = populate(fd, offset, length);
    if (error == EINVAL || error == ENODEV)
        return readWindow(fd, offset, length); // Linux before 5.14, or no mappings here
    if (error != 0) cannotRead(error == EFAULT ? EIO : error);
}

} // namespace

void proveReadable(int fd, uint64_t size, int stop_fd) {
    const uint64_t windows = (size + kWindow - 1) / kWindow;
    const uint64_t looked_at = std::min(windows, kMostWindows);
    for (uint64_t index = 0; index < looked_at; ++index) {
        throwIfStopped(stop_fd);
        const uint64_t window = looked_at == 1 ? 0 : index * (windows - 1) / (looked_at - 1);
        const uint64_t offset = window * kWindow;
        proveWindow(fd, offset, static_cast<size_t>(std::min(kWindow, size - offset)));
    }
}

} // namespace probehost
