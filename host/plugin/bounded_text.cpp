// UTF-8, one character after the other.
#include "plugin/bounded_text.hpp"

#include <unistr.h>

namespace probehost {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// The bytes of the first character; none when they are not UTF-8.
size_t characterLength(std::string_view bytes) {
    if (bytes.front() == '\0') return 1;
    const int length = u8_mblen(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    return length > 0 ? static_cast<size_t>(length) : 0;
}

} // namespace

std::string boundedText(std::string_view bytes, size_t limit) {
    std::string valid;
    while (!bytes.empty()) {
        const size_t length = characterLength(bytes);
        const auto next = length == 0 ? replacement : bytes.substr(0, length);
        if (valid.size() + next.size() > limit) break;
        valid += next;
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return valid;
}

} // namespace probehost
