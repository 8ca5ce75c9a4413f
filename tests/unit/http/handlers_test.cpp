// Requests that go on to Poco: whole, valid, bounded, and never able to hold up the front.
#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;
using namespace std::chrono_literals;

namespace {

void withTwoThreads(FrontOptions& options) {
    options.limits.handlerThreads = 2;
    options.limits.handlerQueue = 2;
    options.limits.handlerTime = 300ms;
}

std::vector<Client> askingForHangs(const TestFront& front, uint64_t count) {
    std::vector<Client> clients;
    const uint64_t before = front.count(Count::Forwarded);
    for (uint64_t i = 0; i < count; ++i) clients.push_back(std::move(front.client().send(request("/hang"))));
    REQUIRE(front.reaches(Count::Forwarded, before + count));
    return clients;
}

bool isRefusedAtOnce(const TestFront& front) {
    Client client = front.client();
    const auto began = Clock::now();
    const int status = client.get("/echo").status;
    return status == 503 && Clock::now() - began < 300ms;
}

// The time that all but the slowest hundredth of as many probes take; none fails.
Clock::duration timeOfProbes(const TestFront& front, std::size_t count) {
    std::vector<Clock::duration> took;
    while (took.size() < count) {
        const auto began = Clock::now();
        REQUIRE(front.get("/health", "Connection: close\r\n").status == 200);
        took.push_back(Clock::now() - began);
    }
    std::ranges::sort(took);
    return took[count - 1 - count / 100];
}

} // namespace

TEST_CASE("handlers: get the request as it was sent", "[http]") {
    const TestFront front;
    const auto [method, target, fields, body, seen] =
        GENERATE(table<std::string, std::string, std::string, std::string, std::string>({
            {"GET", "/metrics", "", "", "open GET /metrics "},
            {"GET", "/a%20b?c=d&e", "", "", "open GET /a%20b?c=d&e "},
            {"GET", "http://elsewhere/page?x", "", "", "open GET /page?x "},
            {"POST", "/echo", "Content-Length: 5\r\n", "hello", "open POST /echo hello"},
            {"PUT", "/echo", "Content-Length: 65536\r\n", std::string(65536, 'b'),
             "open PUT /echo " + std::string(65536, 'b')},
            {"GET", "/health?verbose", "", "", "open GET /health?verbose "},
            {"GET", "/health/started?a=b&exclude=x", "", "", "open GET /health/started?a=b&exclude=x "},
            {"GET", "/health/ready", "Accept: text/plain\r\n", "", "open GET /health/ready "},
            {"GET", "/health", "Accept: application/health+json\r\n", "", "open GET /health "},
            {"GET", "/health/ready/database", "", "", "open GET /health/ready/database "},
        }));
    Client client = front.client();
    const Answer answer = client.ask(request(target, fields, method) + body);
    CHECK(answer.status == 200);
    CHECK(answer.body == seen);
    CHECK(client.isClosedWithin(patience));
}

TEST_CASE("handlers: a body that arrives in pieces is handed over whole", "[http]") {
    const TestFront front;
    Client client = front.client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Le");
    CHECK_FALSE(client.hasAnswerWithin(10ms));
    client.send("ngth: 6\r\n\r\nab");
    CHECK_FALSE(client.hasAnswerWithin(10ms));
    client.send("cd");
    CHECK_FALSE(client.hasAnswerWithin(10ms));
    CHECK(client.ask("ef").body == "open POST /echo abcdef");
}

TEST_CASE("handlers: one that fails, is missing or says nothing gives a clean JSON error", "[http]") {
    const TestFront front;
    const auto [target, status, body] = GENERATE(table<std::string, int, std::string>({
        {"/throw", 500, R"({"error":"Internal error"})"},
        {"/half", 500, R"({"error":"Internal error"})"},
        {"/silent", 500, R"({"error":"Internal error"})"},
        {"/none", 404, R"({"error":"Not found"})"},
    }));
    CAPTURE(target);
    const Answer answer = front.get(target);
    CHECK(answer.status == status);
    CHECK(answer.body == body);
    Client client = front.client();
    CHECK(client.ask(request(target, "", "HEAD"), false).status == status);
    CHECK(client.receiveAll().empty());
}

TEST_CASE("handlers: a big answer reaches a client that takes its time", "[http]") {
    const TestFront front;
    CHECK(front.get("/big").body.size() == 4U << 20U);
}

TEST_CASE("handlers: bytes that come while one runs do not destroy its answer", "[http]") {
    TestFront front;
    Client client = front.client();
    client.send(request("/hang"));
    REQUIRE(eventually([&] { return front.handlers().hanging() == 1; }));
    client.send("\r\n");
    std::this_thread::sleep_for(20ms);
    front.handlers().release();
    CHECK(client.receive().status == 200);
}

TEST_CASE("handlers: hung ones cost neither probes nor more than a refusal", "[http]") {
    TestFront front(withTwoThreads);
    std::vector<Client> stuck;
    for (int i = 0; i < 4; ++i) stuck.push_back(front.client());
    for (Client& client : stuck) client.send(request("/hang"));
    REQUIRE(eventually([&] { return front.handlers().hanging() == 2 && front.count(Count::Forwarded) == 4; }));

    const auto began = Clock::now();
    CHECK(front.get("/echo").status == 503);
    CHECK(front.get("/health").status == 200);
    CHECK(Clock::now() - began < 200ms);
    for (Client& client : stuck) CHECK(client.receive().status == 504);

    front.handlers().release();
    CHECK(eventually([&] { return front.get("/echo").status == 200; }));
    CHECK(front.stop());
}

TEST_CASE("handlers: once all have hung for a second, requests are refused without queueing", "[http]") {
    TestFront front([](FrontOptions& options) {
        options.limits.handlerThreads = 1;
        options.limits.handlerTime = 300ms;
    });
    front.get("/hang");
    CHECK(eventually([&] {
        const auto began = Clock::now();
        return front.get("/echo").status == 503 && Clock::now() - began < 50ms;
    }));
}

TEST_CASE(
    "handlers: with the default limits 64 that hang fail no probe, and a second later requests are refused at once",
    "[http]") {
    TestFront front;
    const std::vector<Client> stuck = askingForHangs(front, 64);
    REQUIRE(eventually([&] { return front.handlers().hanging() == Limits{}.handlerThreads; }));
    CHECK(timeOfProbes(front, 200) < 200ms);
    std::this_thread::sleep_for(1100ms);
    CHECK(isRefusedAtOnce(front));
    CHECK(timeOfProbes(front, 200) < 200ms);
}

TEST_CASE("handlers: with the default limits requests beyond the pool and its queue are refused at once", "[http]") {
    TestFront front;
    const std::vector<Client> stuck = askingForHangs(front, Limits{}.handlerThreads + Limits{}.handlerQueue);
    CHECK(isRefusedAtOnce(front));
    CHECK(timeOfProbes(front, 200) < 200ms);
}

TEST_CASE("handlers: stopping does not wait for one that hangs", "[http]") {
    TestFront front(withTwoThreads);
    Client client = front.client();
    client.send(request("/hang"));
    REQUIRE(eventually([&] { return front.handlers().hanging() == 1; }));
    const auto began = Clock::now();
    CHECK_FALSE(front.stop());
    CHECK(Clock::now() - began < 3s);
    front.handlers().release();
    CHECK(eventually([&] { return front.stop(); }));
}

TEST_CASE("handlers: bodies that arrive slowly may together hold only so much", "[http]") {
    TestFront front([](FrontOptions& options) { options.limits.heldBytes = 100000; });
    const std::string half = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nhalf";
    Client first = front.client();
    first.send(half);
    CHECK_FALSE(first.hasAnswerWithin(20ms));
    CHECK(front.client().ask(half).status == 503);
    CHECK(first.ask(std::string(60000 - 4, 'x')).status == 200);
    CHECK(front.client().ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nhalf").status == 200);
}

TEST_CASE("handlers: answers that nobody takes are dropped beyond what may be held", "[http]") {
    TestFront front([](FrontOptions& options) { options.limits.heldBytes = 1 << 20; });
    Client deaf = front.client();
    deaf.send(request("/big"));
    CHECK(front.reaches(Count::Evicted, 1));
    CHECK(front.get("/health").status == 200);
}
