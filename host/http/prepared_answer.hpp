// An answer as the bytes that go on the wire.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace probehost {

inline constexpr std::string_view jsonType = "application/json";

struct PreparedAnswer {
    std::string bytes;
    std::size_t headSize = 0;

    std::string_view all() const { return bytes; }
    std::string_view head() const { return std::string_view(bytes).substr(0, headSize); }
};

const char* reasonPhrase(int status);

// The head says how long the body would be even where none is sent. With allow, an Allow field is added.
PreparedAnswer prepareAnswer(int status, std::string_view body, bool close, bool allow = false);

// The fixed JSON answer to a request that is refused.
const PreparedAnswer& refusal(int status, bool close);

// The answer to OPTIONS *.
const PreparedAnswer& allowedMethods(bool close);

} // namespace probehost
