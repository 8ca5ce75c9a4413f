// Reads a file forwards through a small buffer, and never past its end.
#include "file_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <probehost/checker.hpp>
#include <system_error>

namespace probehost {

uint64_t littleEndian(std::string_view bytes) {
    uint64_t number = 0;
    for (size_t at = bytes.size(); at > 0; --at) number = number << 8 | static_cast<uint8_t>(bytes[at - 1]);
    return number;
}

void FileReader::require(uint64_t count) const {
    if (count > left())
        throw DamagedFile("truncated: it ends at " + std::to_string(size_) + " bytes, in the middle of something");
}

std::string_view FileReader::peek(size_t count) {
    require(count);
    if (position_ < buffer_start_ || position_ + count > buffer_start_ + buffered_) fill();
    if (buffered_ < count) throw DamagedFile("truncated while it was read");
    return {buffer_.data() + (position_ - buffer_start_), count};
}

void FileReader::skip(uint64_t count) {
    require(count);
    position_ += count;
}

uint64_t FileReader::number(size_t bytes) {
    const auto value = littleEndian(peek(bytes));
    position_ += bytes;
    return value;
}

void FileReader::fill() {
    pollfd stop = {stop_fd_, POLLIN, 0};
    if (poll(&stop, 1, 0) > 0) throw sdk::Cancelled();
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(buffer_.size(), left()));
    ssize_t count = 0;
    do count = pread(fd_, buffer_.data(), wanted, static_cast<off_t>(position_));
    while (count < 0 && errno == EINTR);
    if (count < 0) throw std::system_error(errno, std::generic_category());
    buffer_start_ = position_;
    buffered_ = static_cast<size_t>(count);
}

} // namespace probehost
