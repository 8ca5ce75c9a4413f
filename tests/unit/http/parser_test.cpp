// The parser by itself: the same verdict however the bytes are cut, and no head before its last byte.
#include <catch2/catch.hpp>

#include "http/http_parser.hpp"

using namespace probehost;

namespace {

const std::string good =
    "GET /health/ready?verbose&x=%41 HTTP/1.1\r\nHost: probes:8000\r\nUser-Agent: kube-probe/1.30\r\n"
    "Accept: */*\r\nAuthorization: Bearer abc\r\nContent-Length: 12\r\nConnection: close\r\n\r\n";

HeadResult read(const std::string& input, std::size_t scanned = 0) { return readHead(input, scanned, HeadLimits()); }

// As a front does it: byte by byte, each time going on where it was.
HeadResult readSlowly(const std::string& input) {
    for (std::size_t size = 1; size <= input.size(); ++size) {
        const HeadResult result = read(input.substr(0, size), size - 1);
        if (result.kind != HeadResult::Kind::Incomplete) return result;
    }
    return {};
}

} // namespace

TEST_CASE("parser: a good head is read into its parts", "[http]") {
    const std::string input = good + "body and more";
    const HeadResult result = read(input);
    REQUIRE(result.kind == HeadResult::Kind::Complete);
    CHECK(result.size == good.size());
    CHECK(result.request.method == "GET");
    CHECK(result.request.path == "/health/ready");
    CHECK(result.request.query == "verbose&x=%41");
    CHECK(result.request.authorization == "Bearer abc");
    CHECK(result.request.bodySize == 12);
    CHECK(result.request.http11);
    CHECK_FALSE(result.request.keepAlive);
    CHECK_FALSE(result.request.otherForm);
    CHECK_FALSE(result.request.expects);
}

TEST_CASE("parser: no prefix of a head is a head", "[http]") {
    for (std::size_t size = 0; size < good.size(); ++size)
        REQUIRE(read(good.substr(0, size)).kind == HeadResult::Kind::Incomplete);
}

TEST_CASE("parser: the verdict does not depend on how bytes arrive", "[http]") {
    const std::string input = GENERATE(
        std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::string("\r\n\r\nGET / HTTP/1.1\r\n"), std::string("GET / HTTP/1.1\nHost: a\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\rx: y\r\n\r\n"), "GET /" + std::string(3000, 'a'),
        "GET / HTTP/1.1\r\nX: " + std::string(9000, 'a'), std::string(3000, 'a'), std::string("GET / HTTP/3.0\r\n\r\n"),
        std::string("\r"), std::string("\r\n"), std::string("GET / HTTP/1.0\r\n\r\nGET"));
    const HeadResult once = read(input);
    const HeadResult slowly = readSlowly(input);
    CHECK(once.kind == slowly.kind);
    CHECK(once.status == slowly.status);
    CHECK(once.size == slowly.size);
}

TEST_CASE("parser: any single byte changed in a good head is read safely", "[http]") {
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = good;
            changed[at] = static_cast<char>(byte);
            const HeadResult result = read(changed);
            if (result.kind == HeadResult::Kind::Complete) REQUIRE(result.size <= changed.size());
            if (result.kind == HeadResult::Kind::Refused) REQUIRE(result.status >= 400);
        }
}

TEST_CASE("parser: Accept decides the form", "[http]") {
    const auto [accept, other] = GENERATE(table<std::string, bool>({
        {"*/*", false},
        {"application/json", false},
        {"text/html,application/xhtml+xml", false},
        {"text/plain", true},
        {"Text/Plain; q=0.9, */*", true},
        {"application/health+json", true},
    }));
    CAPTURE(accept);
    CHECK(read("GET / HTTP/1.1\r\nHost: a\r\nAccept: " + accept + "\r\n\r\n").request.otherForm == other);
}
