// The parts of a redis://, rediss:// or unix:// URL.
#include "redis_url.hpp"

#include <charconv>
#include <utility>

namespace probehost {
namespace {

template <typename T>
T number(std::string_view text, T lowest, const char* expected) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < lowest) throw BadUrl(expected);
    return value;
}

int databaseNumber(std::string_view text) { return number<int>(text, 0, "a database number such as /0"); }

// What stands before the first `mark`, and what follows it; all of it and nothing when there is none.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) return {text, {}};
    return {text.substr(0, at), text.substr(at + 1)};
}

// A password with an unencoded @ is common, so the last one ends the user's part.
std::string_view takeUser(std::string_view authority, RedisUrl& url) {
    const auto at = authority.rfind('@');
    if (at == std::string_view::npos) return authority;
    const auto user = authority.substr(0, at);
    const auto colon = user.find(':');
    if (const auto name = user.substr(0, colon); !name.empty()) url.username = percentDecode(name);
    if (colon != std::string_view::npos) url.password = percentDecode(user.substr(colon + 1));
    return authority.substr(at + 1);
}

void takePort(std::string_view text, RedisUrl& url) {
    url.port = number<uint16_t>(text, 1, "a port from 1 to 65535 after the host");
}

void takeHost(std::string_view text, RedisUrl& url) {
    std::string_view after;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) throw BadUrl("a ] after an IPv6 address");
        url.host = percentDecode(text.substr(1, end - 1));
        after = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        url.host = percentDecode(text.substr(0, colon));
        if (colon != std::string_view::npos) after = text.substr(colon);
    }
    if (url.host.empty()) throw BadUrl("a host after the scheme");
    if (after.empty()) return;
    if (after.front() != ':') throw BadUrl("nothing but a port after the host");
    takePort(after.substr(1), url);
}

void takeQuery(std::string_view query, RedisUrl& url) {
    if (query.empty()) return;
    const auto [key, value] = cut(query, '=');
    if (key != "db") throw BadUrl("no query but ?db=N");
    url.db = databaseNumber(value);
}

void takeServer(std::string_view authority, std::string_view path, RedisUrl& url) {
    takeHost(takeUser(authority, url), url);
    if (path.size() > 1) url.db = databaseNumber(path.substr(1));
}

void takeSocket(std::string_view authority, std::string_view path, RedisUrl& url) {
    if (!takeUser(authority, url).empty() || path.size() < 2) throw BadUrl("an absolute path behind the scheme");
    url.socket = percentDecode(path);
}

} // namespace

std::string percentDecode(std::string_view text) {
    std::string decoded;
    for (size_t i = 0; i < text.size(); i++) {
        auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '%') {
            const auto digits = text.substr(i + 1, 2);
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
            if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2)
                throw BadUrl("two hexadecimal digits after each %");
            i += 2;
        }
        if (byte == 0) throw BadUrl("no NUL byte");
        decoded += static_cast<char>(byte);
    }
    return decoded;
}

RedisUrl parseRedisUrl(std::string_view text) {
    const auto end_of_scheme = text.find("://");
    const auto scheme = text.substr(0, end_of_scheme == std::string_view::npos ? 0 : end_of_scheme);
    if (scheme != "redis" && scheme != "rediss" && scheme != "unix")
        throw BadUrl("a URL that starts with redis://, rediss:// or unix://");
    RedisUrl url;
    url.tls = scheme == "rediss";
    const auto [rest, query] = cut(text.substr(scheme.size() + 3), '?');
    takeQuery(query, url);
    const auto slash = rest.find('/');
    const auto authority = rest.substr(0, slash);
    const auto path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
    if (scheme == "unix") {
        takeSocket(authority, path, url);
    } else {
        takeServer(authority, path, url);
    }
    return url;
}

} // namespace probehost
