// Marks every byte that belongs to a secret, then replaces each run of marked bytes.
#include "log/redactor.hpp"

#include <algorithm>
#include <cctype>

namespace probehost {

namespace {

constexpr std::size_t shortestSecret = 4;

std::string percentEncoded(const std::string& text, std::string_view digits) {
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return encoded;
}

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A short word such as "health", which may well be a part of "unhealthy" without anything having leaked.
bool isWord(const std::string& secret) {
    constexpr std::size_t longestWord = 11;
    return secret.size() <= longestWord && std::all_of(secret.begin(), secret.end(), isLetter);
}

bool standsAlone(std::string_view text, std::size_t at, std::size_t length) {
    const bool encoded = at >= 3 && text[at - 3] == '%'; // the letter before is a part of %XX
    const bool before = at > 0 && isLetter(text[at - 1]) && !encoded;
    const bool after = at + length < text.size() && isLetter(text[at + length]);
    return !before && !after;
}

} // namespace

Redactor::Redactor(const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets) {
        if (secret.size() < shortestSecret) continue;
        secrets_.push_back(secret);
        secrets_.push_back(percentEncoded(secret, "0123456789ABCDEF"));
        secrets_.push_back(percentEncoded(secret, "0123456789abcdef"));
    }
    const auto longestFirst = [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() > b.size() : a < b;
    };
    std::sort(secrets_.begin(), secrets_.end(), longestFirst);
    secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
}

std::string Redactor::redact(std::string_view text) const {
    if (secrets_.empty()) return std::string(text);
    std::vector<bool> masked(text.size() + 1, false);
    for (const auto& secret : secrets_) {
        const bool word = isWord(secret);
        for (auto at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + 1)) {
            if (word && !standsAlone(text, at, secret.size())) continue;
            std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(at), secret.size(), true);
        }
    }
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!masked[i]) result += text[i];
        if (masked[i] && !masked[i + 1]) result += "***";
    }
    return result;
}

} // namespace probehost
