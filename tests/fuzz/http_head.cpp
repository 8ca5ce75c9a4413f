// Heads of HTTP requests: however they are cut on their way, they mean the same, and everything that is read lies
// inside of them.
#include <algorithm>
#include <tuple>

#include "fuzz_input.hpp"
#include "http/http_parser.hpp"
#include "http/routing.hpp"

using namespace probehost;
using fuzz::require;

namespace {

auto told(const HeadResult& head) {
    const auto& request = head.request;
    return std::tuple(head.kind, head.status, head.size, request.method, request.path, request.query, request.fields,
                      request.authorization, request.bodySize, request.http11, request.keepAlive, request.otherForm,
                      request.expects, request.encodedWord);
}

// As a connection does it: what was found good is not looked at again.
HeadResult readInPieces(std::string_view input, size_t piece, const HeadLimits& limits) {
    size_t scanned = 0;
    while (scanned + piece < input.size()) {
        const auto head = readHead(input.substr(0, scanned + piece), scanned, limits);
        if (head.kind != HeadResult::Kind::Incomplete) return head;
        scanned += piece;
    }
    return readHead(input, scanned, limits);
}

// A line that is too long already is refused before the head is whole, and then for that reason.
void requireSame(const HeadResult& whole, const HeadResult& pieces) {
    const bool refused = pieces.kind == HeadResult::Kind::Refused && whole.kind != HeadResult::Kind::Complete;
    require(refused || told(whole) == told(pieces), "pieces and the whole say the same");
}

void requireInside(std::string_view input, std::string_view part) {
    const bool inside = part.data() >= input.data() && part.data() + part.size() <= input.data() + input.size();
    require(inside || part.empty() || part == "/", "a part of the request lies in its head");
}

void requireRefusal(int status) { require(status >= 400 && status <= 599, "a refusal has an error's status"); }

void followRoute(const Request& request, const Limits& limits) {
    FrontSettings settings;
    settings.token = "0123456789abcdef";
    settings.terse = true;
    settings.aliases = {{"/healthz", Probe::Live}};
    const auto routed = [](std::string_view path) { return path == "/metrics"; };
    for (const auto& way : {route(request, settings, limits, routed), routeToAdmin(request, limits)}) {
        if (way.kind == Route::Kind::Refuse) requireRefusal(way.status);
    }
    const bool bearer = request.authorization.find(settings.token) != std::string_view::npos;
    require(bearer || !settings.showsDetails(request.authorization), "only the token opens the details");
}

void look(std::string_view input, size_t piece, const Limits& limits) {
    const auto whole = readHead(input, 0, limits.head);
    requireSame(whole, readInPieces(input, piece, limits.head));
    if (whole.kind == HeadResult::Kind::Refused) requireRefusal(whole.status);
    if (whole.kind != HeadResult::Kind::Complete) return;
    require(whole.size <= input.size() && whole.size <= limits.head.headBytes, "a head is not longer than allowed");
    const auto& request = whole.request;
    for (const auto part : {request.method, request.path, request.query, request.fields, request.authorization})
        requireInside(input.substr(0, whole.size), part);
    followRoute(request, limits);
}

} // namespace

// The first byte says in how many pieces the rest arrives.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const size_t piece = std::max<size_t>(1, parts.byte());
    Limits narrow;
    narrow.head = {256, 64, 4};
    narrow.bodyBytes = 16;
    look(parts.rest(), piece, Limits());
    look(parts.rest(), piece, narrow);
    return 0;
}
