// Shared access signatures: the tokens that are made from a namespace's key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace probehost::servicebus {

// Everything but letters, digits and -_.!~*'() as %XX: what is signed must be escaped exactly so.
std::string percentEncoded(std::string_view text);

std::string base64(std::string_view bytes);

// A token for `uri` and all below it, good until `expiry` (Unix seconds). The key is used as text, never decoded.
std::string sasToken(std::string_view key_name, std::string_view key, std::string_view uri, int64_t expiry);

// When a token made by somebody else ends (Unix seconds); nothing where it does not say.
std::optional<int64_t> sasExpiry(std::string_view token);

} // namespace probehost::servicebus
