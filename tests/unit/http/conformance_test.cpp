// What a strict server answers to requests that are wrong, ambiguous or meant to be read two ways: exact statuses.
#include <catch2/catch.hpp>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;
using namespace std::string_literals;

namespace {

struct Case {
    std::string name;
    std::string bytes;
    std::string answers; // the statuses of all answers on the connection, which then closes
};

const std::string host = "Host: probes\r\n";
const std::string next = "GET /health/started HTTP/1.1\r\nHost: smuggled\r\n\r\n";

std::string get(const std::string& fields, const std::string& target = "/health") {
    return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& rest) {
    return "POST /echo HTTP/1.1\r\n" + host + fields + "\r\n" + rest;
}
std::string fields(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) lines += "X-" + std::to_string(i) + ": v\r\n";
    return lines;
}
std::string headOf(std::size_t size) {
    const std::string empty = get(host + "X: \r\n");
    return get(host + "X: " + std::string(size - empty.size(), 'a') + "\r\n");
}

const std::vector<Case> requestLines = {
    {"the plainest request", get(host), "200"},
    {"HTTP/1.0 needs no host", "GET /health HTTP/1.0\r\n\r\n", "200"},
    {"one empty line before a request", "\r\n" + get(host), "200"},
    {"two empty lines before a request", "\r\n\r\n" + get(host), "400"},
    {"a flood of empty lines", "\r\n\r\n\r\n\r\n\r\n\r\n", "400"},
    {"a bare LF first", "\n" + get(host), "400"},
    {"LF alone ends the request line", "GET /health HTTP/1.1\n" + host + "\r\n", "400"},
    {"CR alone in the request line", "GET /health\rHTTP/1.1\r\n" + host + "\r\n", "400"},
    {"CR CR LF", "GET /health HTTP/1.1\r\r\n" + host + "\r\n", "400"},
    {"two spaces after the method", "GET  /health HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"two spaces after the target", "GET /health  HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"a tab for a space", "GET\t/health\tHTTP/1.1\r\n" + host + "\r\n", "400"},
    {"a space before the method", " GET /health HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"a space after the version", "GET /health HTTP/1.1 \r\n" + host + "\r\n", "400"},
    {"a space in the target", "GET /health /x HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"no version", "GET /health\r\n" + host + "\r\n", "400"},
    {"no target", "GET HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"no method", "/health HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"HTTP/1.2", "GET /health HTTP/1.2\r\n" + host + "\r\n", "505"},
    {"HTTP/2.0", "GET /health HTTP/2.0\r\n" + host + "\r\n", "505"},
    {"HTTP/0.9 spelled out", "GET /health HTTP/0.9\r\n" + host + "\r\n", "505"},
    {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
    {"HTTP/11", "GET /health HTTP/11\r\n" + host + "\r\n", "400"},
    {"HTTP/1.10", "GET /health HTTP/1.10\r\n" + host + "\r\n", "400"},
    {"http/1.1 in small letters", "GET /health http/1.1\r\n" + host + "\r\n", "400"},
    {"another protocol", "GET /health FOO/1.1\r\n" + host + "\r\n", "400"},
    {"a method that is no token", "G@T /health HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"a method of 33 letters", std::string(33, 'A') + " /health HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"a method without end", std::string(4000, 'A'), "400"},
    {"the start of a TLS session", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(500, '\0'), "400"},
    {"a target of 2049 bytes", get(host, "/" + std::string(2048, 'a')), "414"},
    {"a target of 2048 bytes", get(host, "/nowhere?" + std::string(2039, 'a')), "404"},
    {"a target without end", "GET /" + std::string(7000, 'a'), "414"},
};

const std::vector<Case> targets = {
    {"absolute form", get(host, "http://other/health"), "200"},
    {"absolute form without a path", get(host, "http://other"), "200"},
    {"absolute form with a user", get(host, "http://user@other/health"), "400"},
    {"absolute form without a host", get(host, "http:///health"), "400"},
    {"absolute form of another scheme", get(host, "ftp://other/health"), "400"},
    {"authority form", "CONNECT other:80 HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"asterisk for GET", get(host, "*"), "400"},
    {"asterisk for OPTIONS", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", "200"},
    {"no leading slash", get(host, "health"), "400"},
    {"a fragment", get(host, "/health#x"), "400"},
    {"a broken escape", get(host, "/health?%2"), "400"},
    {"an escape that is not hexadecimal", get(host, "/health?%zz"), "400"},
    {"an escaped NUL", get(host, "/health?%00"), "400"},
    {"a NUL in the target", get(host, "/health\0"s), "400"},
    {"a byte beyond ASCII in the target", get(host, "/health\xc3\xa9"), "400"},
    {"a backslash", get(host, "\\health"), "400"},
    {"escaped letters are not decoded", get(host, "/health/r%65ady"), "404"},
};

const std::vector<Case> fieldLines = {
    {"no host", get(""), "400"},
    {"two hosts", get(host + host), "400"},
    {"two hosts that differ", get(host + "Host: other\r\n"), "400"},
    {"two hosts in HTTP/1.0", "GET /health HTTP/1.0\r\n" + host + host + "\r\n", "400"},
    {"an empty host", get("Host:\r\n"), "200"},
    {"a host with a port", get("Host: [::1]:8000\r\n"), "200"},
    {"a host with a path", get("Host: a/b\r\n"), "400"},
    {"a host with a user", get("Host: u@a\r\n"), "400"},
    {"a host of two words", get("Host: a b\r\n"), "400"},
    {"a space before the colon", get("Host : probes\r\n"), "400"},
    {"a space before the name", "GET /health HTTP/1.1\r\n Host: probes\r\n\r\n", "400"},
    {"a folded line", get(host + "X: a\r\n b\r\n"), "400"},
    {"a line folded by a tab", get(host + "X: a\r\n\tb\r\n"), "400"},
    {"a line without a colon", get(host + "nothing\r\n"), "400"},
    {"an empty name", get(host + ": x\r\n"), "400"},
    {"a name that is no token", get(host + "X(y): x\r\n"), "400"},
    {"a NUL in a value", get(host + "X: a\0b\r\n"s), "400"},
    {"a bare CR in a value", get(host + "X: a\rb\r\n"), "400"},
    {"a bare LF in a value", get(host + "X: a\nb\r\n"), "400"},
    {"a bell in a value", get(host + "X: \a\r\n"), "400"},
    {"a delete in a value", get(host + "X: \x7f\r\n"), "400"},
    {"a tab in a value", get(host + "X:\ta\tb\t\r\n"), "200"},
    {"bytes beyond ASCII in a value", get(host + "X: \xc3\xa9\r\n"), "200"},
    {"an encoded word, for the front", get(host + "X: =?utf-8?Q?a?=\r\n"), "200"},
    {"an encoded word, for a handler", get(host + "X: =?utf-8?Q?a?=\r\n", "/echo"), "400"},
    {"64 fields", get(host + fields(63)), "200"},
    {"65 fields", get(host + fields(64)), "431"},
    {"a head of 8192 bytes", headOf(8192), "200"},
    {"a head of 8193 bytes", headOf(8193), "431"},
    {"a name of 257 bytes", get(host + std::string(257, 'n') + ": v\r\n"), "431"},
    {"two authorizations", get(host + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), "400"},
};

const std::vector<Case> framing = {
    {"a length and the body, for a handler", post("Content-Length: 3\r\n", "abc"), "200"},
    {"two equal lengths", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), "400"},
    {"two lengths that differ", post("Content-Length: 3\r\nContent-Length: 0\r\n", "abc"), "400"},
    {"a list of lengths", post("Content-Length: 3, 3\r\n", "abc"), "400"},
    {"a length with a plus", post("Content-Length: +3\r\n", "abc"), "400"},
    {"a negative length", post("Content-Length: -3\r\n", "abc"), "400"},
    {"a hexadecimal length", post("Content-Length: 0x3\r\n", "abc"), "400"},
    {"a length of letters", post("Content-Length: abc\r\n", ""), "400"},
    {"an empty length", post("Content-Length: \r\n", "abc"), "400"},
    {"a length with leading zeros", post("Content-Length: 003\r\n", "abc"), "400"},
    {"a fractional length", post("Content-Length: 3.0\r\n", "abc"), "400"},
    {"a length beyond 64 bits", post("Content-Length: 99999999999999999999\r\n", ""), "413"},
    {"a length beyond the limit", post("Content-Length: 65537\r\n", ""), "413"},
    {"chunked", post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), "501"},
    {"chunked and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + next), "400"},
    {"a length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + next), "400"},
    {"chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    {"an unknown coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), "501"},
    {"identity coding", post("Transfer-Encoding: identity\r\n", ""), "501"},
    {"a coding hidden by a tab", post("Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), "400"},
    {"a coding hidden by an encoded word", post("Transfer-Encoding: =?utf-8?Q?chunked?=\r\n", ""), "501"},
    {"a coding with a space before the colon", post("Transfer-Encoding : chunked\r\n", ""), "400"},
    {"a body on a probe", get(host + "Content-Length: 5\r\n") + "abcde" + next, "413"},
    {"no body on a probe", get(host + "Content-Length: 0\r\n") + next, "200 200"},
    {"a request in the body of a request for nobody", get(host + "Content-Length: 47\r\n", "/nowhere") + next, "404"},
    {"a request in the body of a refused method",
     "POST /health HTTP/1.1\r\n" + host + "Content-Length: 47\r\n\r\n" + next, "405"},
    {"a request in a body that its handler leaves unread",
     "POST /unread HTTP/1.1\r\n" + host + "Content-Length: 47\r\n\r\n" + next, "200"},
    {"a request in the body of a GET", get(host + "Content-Length: 47\r\n", "/unread") + next, "200"},
    {"a body behind a handler's request is not its", get(host, "/unread") + next, "200"},
    {"a request behind a bad one", get("") + next, "400"},
    {"a request behind one that closes", get(host + "Connection: close\r\n") + next, "200"},
    {"close among other options", get(host + "Connection: keep-alive, Close\r\n") + next, "200"},
    {"an expectation, for a handler", post("Content-Length: 3\r\nExpect: 100-continue\r\n", ""), "417"},
    {"an upgrade is ignored", get(host + "Connection: Upgrade\r\nUpgrade: h2c\r\n"), "200"},
    {"an unknown method, for a handler", "BREW /echo HTTP/1.1\r\n" + host + "\r\n", "501"},
    {"a tracing request, for a handler", "TRACE /echo HTTP/1.1\r\n" + host + "\r\n", "501"},
    {"half a head", "GET /health HTTP/1.1\r\nHost: pro", "408"},
    {"half a body", post("Content-Length: 3\r\n", "ab"), "408"},
    {"nothing at all", "", ""},
};

TestFront impatientFront() {
    return TestFront([](FrontOptions& options) {
        options.limits.keepAlive = std::chrono::milliseconds(50);
        options.limits.headTime = std::chrono::milliseconds(200);
        options.limits.lingerTime = std::chrono::milliseconds(50);
    });
}

void checkAll(const std::vector<Case>& cases) {
    const TestFront front = impatientFront();
    for (const Case& attempt : cases) {
        CAPTURE(attempt.name);
        Client client = front.client();
        client.send(attempt.bytes);
        CHECK(statuses(client.receiveAll()) == attempt.answers);
        CHECK(client.isClosedWithin(std::chrono::milliseconds(0)));
    }
    CHECK(front.get("/health").status == 200);
}

} // namespace

TEST_CASE("conformance: request lines", "[http]") { checkAll(requestLines); }
TEST_CASE("conformance: targets", "[http]") { checkAll(targets); }
TEST_CASE("conformance: fields", "[http]") { checkAll(fieldLines); }
TEST_CASE("conformance: bodies and what is hidden in them", "[http]") { checkAll(framing); }

TEST_CASE("conformance: every refusal is JSON and says that it closes", "[http]") {
    const TestFront front = impatientFront();
    for (const auto& cases : {requestLines, targets, fieldLines, framing})
        for (const Case& attempt : cases) {
            if (attempt.answers.size() != 3 || attempt.answers < "400" || attempt.answers == "404") continue;
            CAPTURE(attempt.name);
            const Answer answer = front.client().ask(attempt.bytes);
            CHECK(std::to_string(answer.status) == attempt.answers);
            CHECK(answer.fields.at("Content-Type") == "application/json");
            CHECK(answer.fields.at("Connection") == "close");
            CHECK(answer.body.substr(0, 10) == R"({"error":")");
        }
}
