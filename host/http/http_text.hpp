// The character classes and small comparisons of HTTP's grammar.
#pragma once

#include <algorithm>
#include <string_view>

namespace probehost::http {

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool oneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
constexpr bool isTokenChar(char c) { return isDigit(c) || isAlpha(c) || oneOf(c, "!#$%&'*+-.^_`|~"); }

template <typename Predicate>
constexpr bool all(std::string_view text, Predicate predicate) {
    return std::all_of(text.begin(), text.end(), predicate);
}

constexpr bool isToken(std::string_view text) { return !text.empty() && all(text, isTokenChar); }

constexpr bool equalsIgnoringCase(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

constexpr bool containsIgnoringCase(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char x, char y) { return lower(x) == lower(y); }) != text.end();
}

constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && oneOf(text.front(), " \t")) text.remove_prefix(1);
    while (!text.empty() && oneOf(text.back(), " \t")) text.remove_suffix(1);
    return text;
}

// Cuts text at the first separator: returns what is before it, and leaves in text what is after.
constexpr std::string_view cut(std::string_view& text, std::string_view separator) {
    const std::size_t at = text.find(separator);
    const std::string_view before = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
    return before;
}

} // namespace probehost::http
