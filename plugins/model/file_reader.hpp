// Reads a file forwards through a small buffer, and never past its end.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "model_file.hpp"

namespace probehost {

// The number that up to eight bytes are, the lowest first, as all formats of model files have it.
uint64_t littleEndian(std::string_view bytes);

// What needs more bytes than the file has throws DamagedFile; a failed read std::system_error; a readable `stop_fd`
// sdk::Cancelled. Borrows the descriptor.
class FileReader {
  public:
    FileReader(int fd, uint64_t size, int stop_fd) : fd_(fd), stop_fd_(stop_fd), size_(size) {}

    uint64_t size() const { return size_; }
    uint64_t position() const { return position_; }
    uint64_t left() const { return size_ - position_; }

    // The next bytes, at most kLongestPeek, which stay next; valid until the following call.
    std::string_view peek(size_t count);
    void skip(uint64_t count);
    uint64_t number(size_t bytes); // of 1 to 8 bytes
    uint8_t byte() { return static_cast<uint8_t>(number(1)); }

    static constexpr size_t kLongestPeek = 4096;

  private:
    void fill();
    void require(uint64_t count) const;

    int fd_;
    int stop_fd_;
    uint64_t size_;
    uint64_t position_ = 0;
    uint64_t buffer_start_ = 0;
    size_t buffered_ = 0;
    std::array<char, 65536> buffer_;
};

} // namespace probehost
