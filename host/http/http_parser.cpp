// Line ends are checked byte by byte as they come, so that a bad head is refused at once and a good one read once.
#include "http/http_parser.hpp"

#include "http/http_text.hpp"
#include "http/request_fields.hpp"
#include "http/request_line.hpp"

namespace probehost {
namespace {

// One empty line before a request is to be ignored (RFC 9112 section 2.2); more is a flood.
std::size_t startOf(std::string_view input) { return input.substr(0, 2) == "\r\n" ? 2 : 0; }

// CR and LF come only as a pair, and NUL never.
bool isSound(std::string_view input, std::size_t at) {
    const bool afterCr = at > 0 && input[at - 1] == '\r';
    return input[at] != '\0' && (input[at] == '\n') == afterCr;
}

// A request line that has outgrown every legal one.
int overlongLine(std::string_view line, const HeadLimits& limits) {
    const std::string_view version = " HTTP/1.1\r\n";
    if (line.size() <= http::longestMethod + 1 + limits.uriBytes + version.size()) return 0;
    if (line.find('\n') != std::string_view::npos) return 0;
    return line.find(' ') <= http::longestMethod ? 414 : 400;
}

HeadResult unfinished(std::string_view input, std::size_t start, const HeadLimits& limits) {
    if (const int status = overlongLine(input.substr(start), limits)) return HeadResult::refused(status);
    if (input.size() >= limits.headBytes) return HeadResult::refused(431);
    return {};
}

HeadResult parse(std::string_view head, std::size_t start, const HeadLimits& limits) {
    HeadResult result{HeadResult::Kind::Complete, 0, head.size(), {}};
    std::string_view rest = head.substr(start, head.size() - start - 2);
    const std::string_view line = http::cut(rest, "\r\n");
    result.request.fields = rest;
    if (const int status = http::readRequestLine(line, limits, result.request)) return HeadResult::refused(status);
    if (const int status = http::readFields(limits, result.request)) return HeadResult::refused(status);
    return result;
}

} // namespace

HeadResult readHead(std::string_view input, std::size_t scanned, const HeadLimits& limits) {
    const std::size_t start = startOf(input);
    for (std::size_t at = scanned; at < input.size() && at < limits.headBytes; ++at) {
        if (!isSound(input, at)) return HeadResult::refused(400);
        if (input[at] != '\n' || at < start) continue;
        if (at == start + 1) return HeadResult::refused(400);
        if (input[at - 2] == '\n') return parse(input.substr(0, at + 1), start, limits);
    }
    return unfinished(input, start, limits);
}

} // namespace probehost
