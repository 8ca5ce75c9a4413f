// What every target needs: the input cut into parts, a file that holds it, and a claim that must hold for all inputs.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace probehost::fuzz {

inline std::string_view bytesOf(const uint8_t* data, size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// Ends the process, which is how a target reports what it found.
inline void require(bool holds, const char* claim) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", claim);
    std::abort();
}

// Takes parts from the front; what is not there any more is 0 or empty.
class Parts {
  public:
    explicit Parts(std::string_view bytes) : left_(bytes) {}

    uint8_t byte() {
        if (left_.empty()) return 0;
        const auto value = static_cast<uint8_t>(left_.front());
        left_.remove_prefix(1);
        return value;
    }
    std::string_view line() {
        const auto end = left_.find('\n');
        const auto text = left_.substr(0, end);
        left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
        return text;
    }
    std::string_view rest() const { return left_; }

  private:
    std::string_view left_;
};

// A file without a name in any directory.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view bytes) : fd_(memfd_create("input", MFD_CLOEXEC)) {
        const auto written = write(fd_, bytes.data(), bytes.size());
        require(written == static_cast<ssize_t>(bytes.size()), "the input fits a file in memory");
    }
    ~MemoryFile() { close(fd_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    int fd() const { return fd_; }
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

  private:
    int fd_;
};

} // namespace probehost::fuzz
