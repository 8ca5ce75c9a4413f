// UTF-8, one character after the other.
#include "plugin/bounded_text.hpp"

#include <Poco/UTF8Encoding.h>

namespace probehost {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// The bytes of the first character; none when they are not UTF-8.
size_t characterLength(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const bool legal = length <= bytes.size() && Poco::UTF8Encoding::isLegal(data, static_cast<int>(length));
    return legal ? length : 0;
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
