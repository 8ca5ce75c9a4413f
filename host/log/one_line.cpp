#include "log/one_line.hpp"

#include <algorithm>

namespace probehost {

std::string oneLine(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
    return text;
}

} // namespace probehost
