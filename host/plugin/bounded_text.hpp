// What plugins say, made fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace probehost {

// Cuts at `limit` bytes, never inside a character, and puts U+FFFD where the bytes are not UTF-8. Secrets are masked
// before, because half a secret is not found any more.
std::string boundedText(std::string_view bytes, size_t limit);

} // namespace probehost
