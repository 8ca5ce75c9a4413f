#include "servicebus/sas_token.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <cstring>
#include <stdexcept>

namespace probehost::servicebus {
namespace {

std::string hmacSha256(std::string_view key, std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest, &length) == nullptr) {
        throw std::runtime_error("no HMAC-SHA256");
    }
    return {reinterpret_cast<const char*>(digest), length};
}

} // namespace

std::string percentEncoded(std::string_view text) {
    static constexpr char kPlain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()";
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c != '\0' && std::strchr(kPlain, c) != nullptr) {
            encoded += c;
        } else {
            encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    return encoded;
}

std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<size_t>(length));
    return text;
}

std::string sasToken(std::string_view key_name, std::string_view key, std::string_view uri, int64_t expiry) {
    const auto resource = percentEncoded(uri);
    const auto end = std::to_string(expiry);
    const auto signature = base64(hmacSha256(key, resource + "\n" + end));
    return "SharedAccessSignature sr=" + resource + "&sig=" + percentEncoded(signature) + "&se=" + end +
           "&skn=" + percentEncoded(key_name);
}

std::optional<int64_t> sasExpiry(std::string_view token) {
    for (const std::string_view name : {"&se=", " se="}) {
        const auto found = token.find(name);
        if (found == std::string_view::npos) continue;
        const auto digits = token.substr(found + name.size());
        int64_t expiry = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), expiry);
        if (error == std::errc() && (end == digits.data() + digits.size() || *end == '&')) return expiry;
    }
    return std::nullopt;
}

} // namespace probehost::servicebus
