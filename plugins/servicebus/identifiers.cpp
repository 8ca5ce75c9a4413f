#include "servicebus/identifiers.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace probehost::servicebus {

std::string randomBytes(size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
        throw std::runtime_error("no random numbers");
    }
    return bytes;
}

std::string freshId() {
    static constexpr char kDigits[] = "0123456789abcdef";
    auto bytes = randomBytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    std::string text;
    for (size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text;
}

} // namespace probehost::servicebus
