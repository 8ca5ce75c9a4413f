// Only the forms of RFC 9112 section 3 pass; percent-encoding is checked and left as it is.
#include "http/request_line.hpp"

#include "http/http_text.hpp"

namespace probehost::http {
namespace {

constexpr std::string_view pathPunctuation = "-._~!$&'()*+,;=:@/%";

bool isPathChar(char c) { return isDigit(c) || isAlpha(c) || oneOf(c, pathPunctuation); }
// Square brackets are not in the grammar of queries, but common in them (match[]=up).
bool isQueryChar(char c) { return isPathChar(c) || oneOf(c, "?[]"); }

bool escapesAreWhole(std::string_view text) {
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
        const std::string_view hex = text.substr(at + 1, 2);
        if (hex.size() != 2 || !all(hex, isHex) || hex == "00") return false;
    }
    return true;
}

bool readOriginForm(std::string_view target, Request& request) {
    request.query = target;
    request.path = cut(request.query, "?");
    return !request.path.empty() && request.path.front() == '/' && all(request.path, isPathChar) &&
           all(request.query, isQueryChar) && escapesAreWhole(target);
}

// A server has to accept "http://authority/path" (RFC 9112 section 3.2.2); the authority then stands for Host.
bool readAbsoluteForm(std::string_view target, Request& request) {
    target.remove_prefix(std::string_view("http://").size());
    const std::size_t end = target.find_first_of("/?");
    const std::string_view authority = target.substr(0, end);
    if (authority.empty() || !isAuthority(authority)) return false;
    if (end != std::string_view::npos && target[end] == '/') return readOriginForm(target.substr(end), request);
    request.path = "/";
    request.query = end == std::string_view::npos ? "" : target.substr(end + 1);
    return all(request.query, isQueryChar) && escapesAreWhole(request.query);
}

bool readTarget(std::string_view target, Request& request) {
    if (target == "*" && request.method == "OPTIONS") {
        request.path = target;
        return true;
    }
    if (equalsIgnoringCase(target.substr(0, 7), "http://")) return readAbsoluteForm(target, request);
    return readOriginForm(target, request);
}

int readVersion(std::string_view version, Request& request) {
    const bool wellFormed = version.size() == 8 && version.substr(0, 5) == "HTTP/" && isDigit(version[5]) &&
                            version[6] == '.' && isDigit(version[7]);
    if (!wellFormed) return 400;
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return 505;
    request.http11 = version == "HTTP/1.1";
    request.keepAlive = request.http11;
    return 0;
}

} // namespace

bool isAuthority(std::string_view text) {
    return all(text, [](char c) { return isDigit(c) || isAlpha(c) || oneOf(c, "-._~!$&'()*+,;=:%[]"); }) &&
           escapesAreWhole(text);
}

int readRequestLine(std::string_view line, const HeadLimits& limits, Request& request) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return 400;
    request.method = line.substr(0, first);
    if (request.method.size() > longestMethod || !isToken(request.method)) return 400;
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (target.size() > limits.uriBytes) return 414;
    if (const int status = readVersion(line.substr(last + 1), request)) return status;
    return readTarget(target, request) ? 0 : 400;
}

} // namespace probehost::http
