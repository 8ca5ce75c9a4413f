// An answer as the bytes that go on the wire.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace probehost {

inline constexpr std::string_view jsonType = "application/json";

// Whether the connection outlives the answer: HTTP/1.1 takes that for granted, HTTP/1.0 has to be told.
enum class Persistence : uint8_t { Implied, Told, None };

inline constexpr std::array allPersistences = {Persistence::Implied, Persistence::Told, Persistence::None};

// One of a kind for each of them.
template <typename T>
class ByPersistence {
  public:
    T& operator[](Persistence persistence) { return each_[std::size_t(persistence)]; }
    const T& operator[](Persistence persistence) const { return each_[std::size_t(persistence)]; }

  private:
    std::array<T, allPersistences.size()> each_;
};

struct PreparedAnswer {
    std::string bytes;
    std::size_t headSize = 0;

    std::string_view all() const { return bytes; }
    std::string_view head() const { return std::string_view(bytes).substr(0, headSize); }
};

const char* reasonPhrase(int status);

// The head says how long the body would be even where none is sent. With allow, an Allow field is added.
PreparedAnswer prepareAnswer(int status, std::string_view body, Persistence persistence, bool allow = false);

// The fixed JSON answer to a request that is refused.
const PreparedAnswer& refusal(int status, Persistence persistence);

// The answer to OPTIONS, of a probe that passes or fails; OPTIONS * passes.
const PreparedAnswer& allowedMethods(bool passing, Persistence persistence);

} // namespace probehost
