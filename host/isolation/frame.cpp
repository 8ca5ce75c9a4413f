// Both ends are of one build and one machine, so numbers are as they lie in memory.
#include "isolation/frame.hpp"

#include <cstring>

namespace probehost {

namespace {

constexpr uint16_t magic = 0x4850;
constexpr uint8_t version = 1;

} // namespace

FrameWriter::FrameWriter(FrameType type, uint32_t check, uint32_t run) {
    raw(&magic, sizeof(magic)).byte(version).byte(static_cast<uint8_t>(type));
    raw(&check, sizeof(check)).raw(&run, sizeof(run));
}

FrameWriter& FrameWriter::raw(const void* value, size_t size) {
    bytes_.append(static_cast<const char*>(value), size);
    return *this;
}

FrameWriter& FrameWriter::byte(uint8_t value) { return raw(&value, sizeof(value)); }
FrameWriter& FrameWriter::number(int64_t value) { return raw(&value, sizeof(value)); }
FrameWriter& FrameWriter::real(double value) { return raw(&value, sizeof(value)); }
FrameWriter& FrameWriter::text(std::string_view value) {
    return number(static_cast<int64_t>(value.size())).raw(value.data(), value.size());
}

FrameReader::FrameReader(std::string_view bytes) : left_(bytes) {
    uint16_t first = 0;
    raw(&first, sizeof(first));
    if (first != magic || byte() != version) throw FrameBroken("not a frame of this version");
    const uint8_t kind = byte();
    if (kind > static_cast<uint8_t>(FrameType::AppAsked)) throw FrameBroken("unknown frame type");
    type_ = static_cast<FrameType>(kind);
    raw(&check_, sizeof(check_));
    raw(&run_, sizeof(run_));
}

void FrameReader::raw(void* value, size_t size) {
    if (left_.size() < size) throw FrameBroken("frame too short");
    std::memcpy(value, left_.data(), size);
    left_.remove_prefix(size);
}

uint8_t FrameReader::byte() {
    uint8_t value = 0;
    raw(&value, sizeof(value));
    return value;
}

int64_t FrameReader::number() {
    int64_t value = 0;
    raw(&value, sizeof(value));
    return value;
}

size_t FrameReader::count(size_t most) {
    const int64_t value = number();
    if (value < 0 || static_cast<uint64_t>(value) > most) throw FrameBroken("count out of range");
    return static_cast<size_t>(value);
}

double FrameReader::real() {
    double value = 0;
    raw(&value, sizeof(value));
    return value;
}

std::string FrameReader::text() {
    const size_t size = count(longestFrame);
    if (size > left_.size()) throw FrameBroken("text too long");
    std::string value(left_.substr(0, size));
    left_.remove_prefix(size);
    return value;
}

void FrameReader::end() const {
    if (!left_.empty()) throw FrameBroken("frame too long");
}

} // namespace probehost
