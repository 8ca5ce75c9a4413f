// The three probes: bodies, fields, methods, connections, aliases, tokens and a stopped scheduler.
#include <catch2/catch.hpp>

#include <future>
#include <thread>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;
using namespace std::chrono_literals;

namespace {

const std::string readyBody = R"({"status":"ready","checks":{"database":{"healthy":true,"latency_ms":3.2}}})";

void withTerse(FrontOptions& options) {
    options.settings.terse = true;
    options.settings.token = "open sesame";
}

} // namespace

TEST_CASE("front: each probe has its body and exactly the documented fields", "[http]") {
    const TestFront front;
    const auto [target, body] = GENERATE(table<std::string, std::string>({
        {"/health", R"({"status":"alive"})"},
        {"/health/ready", readyBody},
        {"/health/started", R"({"status":"started"})"},
    }));
    const Answer answer = front.get(target);
    CHECK(answer.status == 200);
    CHECK(answer.body == body);
    CHECK(answer.fields == std::map<std::string, std::string>{{"Content-Type", "application/json"},
                                                              {"Cache-Control", "no-store"},
                                                              {"Content-Length", std::to_string(body.size())}});
}

TEST_CASE("front: failing probes answer 503", "[http]") {
    const TestFront front({}, failingAnswers());
    CHECK(front.get("/health").status == 200);
    CHECK(front.get("/health/ready").status == 503);
    CHECK(front.get("/health/started").status == 503);
    CHECK(front.get("/health/started").body == R"({"status":"starting","detail":"Service is still initialising"})");
}

TEST_CASE("front: what is published is what the next probe gets", "[http]") {
    TestFront front;
    Client client = front.client();
    CHECK(client.get("/health/ready").status == 200);
    front.front().publish(failingAnswers());
    CHECK(eventually([&] { return client.get("/health/ready").status == 503; }));
}

TEST_CASE("front: HEAD gives the fields of GET and no body", "[http]") {
    const TestFront front;
    Client client = front.client();
    const Answer head = client.ask(request("/health/ready", "", "HEAD"), false);
    CHECK(head.status == 200);
    CHECK(head.head == client.get("/health/ready").head);
    const Answer missing = client.ask(request("/nowhere", "", "HEAD"), false);
    CHECK(missing.status == 404);
    CHECK(client.get("/health").status == 200);
}

TEST_CASE("front: OPTIONS gives the probe's status and what is allowed", "[http]") {
    const TestFront front({}, failingAnswers());
    Client client = front.client();
    const Answer alive = client.ask(request("/health", "", "OPTIONS"));
    CHECK(alive.status == 200);
    CHECK(alive.fields.at("Allow") == "GET, HEAD, OPTIONS");
    CHECK(alive.fields.at("Content-Length") == "0");
    CHECK(client.ask(request("/health/ready", "", "OPTIONS")).status == 503);
    CHECK(client.ask(request("*", "", "OPTIONS")).status == 200);
}

TEST_CASE("front: other methods on a probe are not allowed", "[http]") {
    const TestFront front;
    const std::string method = GENERATE("POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "BREW");
    const Answer answer = front.client().ask(request("/health/ready", "", method));
    CHECK(answer.status == 405);
    CHECK(answer.fields.at("Allow") == "GET, HEAD, OPTIONS");
    CHECK(answer.body == R"({"error":"Method not allowed"})");
}

TEST_CASE("front: an unknown path is not found, in JSON", "[http]") {
    const TestFront front;
    const std::string target = GENERATE("/nowhere", "/healthz", "/health/", "/health/other", "/health/ready/",
                                        "/health/started/x", "/health%2Fready", "/health/../health");
    const Answer answer = front.get(target);
    CHECK(answer.status == 404);
    CHECK(answer.body == R"({"error":"Not found"})");
}

TEST_CASE("front: paths that merely look like a probe's are none", "[http]") {
    const TestFront front([](FrontOptions& options) { options.routed = {}; });
    const std::string target = GENERATE("/Health", "//health", "/%68ealth", "/health;x", "/", "/health/ready%20");
    CHECK(front.get(target).status == 404);
}

TEST_CASE("front: HTTP/1.0 clients are answered and their connection closed", "[http]") {
    const TestFront front;
    Client plain = front.client();
    const Answer answer = plain.ask("GET /health HTTP/1.0\r\n\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.fields.at("Connection") == "close");
    CHECK(plain.isClosedWithin(patience));

    Client lasting = front.client();
    CHECK(lasting.ask("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").fields.at("Connection") ==
          "keep-alive");
    CHECK(lasting.ask("OPTIONS /health/ready HTTP/1.0\r\n\r\n").status == 200);
    CHECK(lasting.isClosedWithin(patience));
}

TEST_CASE("front: a connection is kept until the client or its idle time ends it", "[http]") {
    const TestFront front([](FrontOptions& options) { options.limits.keepAlive = std::chrono::milliseconds(100); });
    Client client = front.client();
    for (int i = 0; i < 100; ++i) REQUIRE(client.get("/health").status == 200);
    CHECK(front.count(Count::Accepted) == 1);
    CHECK(client.isClosedWithin(patience));
    CHECK(front.count(Count::IdleCloses) == 1);

    Client leaving = front.client();
    CHECK(leaving.get("/health", "Connection: close\r\n").fields.at("Connection") == "close");
    CHECK(leaving.isClosedWithin(patience));
}

TEST_CASE("front: pipelined requests are answered in order", "[http]") {
    const TestFront front;
    Client client = front.client();
    client.send(request("/health") + request("/nowhere") + request("/health/ready", "", "POST") +
                request("/health/started", "Connection: close\r\n") + request("/health"));
    CHECK(statuses(client.receiveAll()) == "200 404 405 200");
}

TEST_CASE("front: an answer does not wait for those of requests that lie behind it unfinished, or wait", "[http]") {
    const TestFront front([](FrontOptions& options) { options.settings.wait = 60s; },
                          answersFreshUntil(Clock::now() - 1s));
    const std::string half = request("/health").substr(0, 20);
    const std::string waiting = request("/health/ready");
    std::vector<Client> clients;
    for (const std::string& behind : {half, waiting, waiting + half, request("/hang"), request("/health") + half}) {
        clients.push_back(front.client());
        clients.back().send(request("/health") + behind);
        CHECK(clients.back().receive(true, 150ms).status == 200); // what is corked goes out after 200 ms
    }
    CHECK(front.reaches(Count::ParkedNow, 2));
}

TEST_CASE("front: a long pipeline is cut off, and every answer given is whole", "[http]") {
    const TestFront front;
    Client client = front.client();
    std::string many;
    for (int i = 0; i < 100; ++i) many += request("/health");
    client.send(many);
    const std::string stream = client.receiveAll();
    CHECK(statuses(stream).size() == 16 * 4 - 1);
    CHECK(stream.substr(stream.size() - 18) == R"({"status":"alive"})");
}

TEST_CASE("front: a half-closed client still gets its answer", "[http]") {
    const TestFront front;
    Client client = front.client();
    client.send(request("/health"));
    client.closeSending();
    CHECK(client.receive().status == 200);
    CHECK(client.isClosedWithin(patience));
}

TEST_CASE("front: aliases stand for probes, and a reload changes them", "[http]") {
    TestFront front([](FrontOptions& options) {
        options.routed = {};
        options.settings.aliases = {{"/readyz", Probe::Ready}, {"/livez", Probe::Live}};
    });
    CHECK(front.get("/readyz").body == readyBody);
    CHECK(front.get("/livez?x=1").status == 200);
    FrontSettings settings;
    settings.aliases = {{"/up", Probe::Live}};
    front.front().apply(settings);
    CHECK(eventually([&] { return front.get("/up").status == 200; }));
    CHECK(front.get("/readyz").status == 404);
}

TEST_CASE("front: parameters that are no options are ignored", "[http]") {
    const TestFront front;
    CHECK(front.get("/health/ready?cache=1&x[]=2&verbosely").body == readyBody);
    CHECK(front.get("/health/ready?", "Accept: text/html, */*;q=0.8\r\n").body == readyBody);
}

TEST_CASE("front: terse answers show checks only to who holds the token", "[http]") {
    const TestFront front(withTerse);
    const auto [authorization, shown] = GENERATE(table<std::string, bool>({
        {"", false},
        {"Authorization: Bearer open sesame\r\n", true},
        {"Authorization: bearer  open sesame\r\n", true},
        {"Authorization: Bearer open sesamE\r\n", false},
        {"Authorization: Bearer open sesame2\r\n", false},
        {"Authorization: Bearer open sesam\r\n", false},
        {"Authorization: Bearer open sesameopen sesame\r\n", false},
        {"Authorization: Bearer \r\n", false},
        {"Authorization: Basic open sesame\r\n", false},
    }));
    CAPTURE(authorization);
    CHECK(front.get("/health/ready", authorization).body == (shown ? readyBody : R"({"status":"ready"})"));
}

TEST_CASE("front: terse without a token shows checks to nobody", "[http]") {
    const TestFront front([](FrontOptions& options) { options.settings.terse = true; });
    CHECK(front.get("/health/ready", "Authorization: Bearer \r\n").body == R"({"status":"ready"})");
}

TEST_CASE("front: /health fails when the scheduler has stopped, and only /health", "[http]") {
    TestFront front([](FrontOptions& options) { options.beatLimit = std::chrono::milliseconds(50); });
    CHECK(front.get("/health").status == 200);
    front.stopScheduler();
    CHECK(eventually([&] { return front.get("/health").status == 503; }));
    CHECK(front.get("/health").body == R"({"status":"not_alive","checks":{}})");
    CHECK(front.get("/health/ready").status == 200);
}

TEST_CASE("front: /health is answered while the scheduler has yet to start", "[http]") {
    TestFront front([](FrontOptions& options) { options.beatLimit = std::chrono::milliseconds(50); });
    front.scheduleLater();
    std::this_thread::sleep_for(100ms);
    CHECK(front.get("/health").status == 200);
}

TEST_CASE("front: who was accepted before the stop is still answered", "[http]") {
    TestFront front;
    Client client = front.client();
    REQUIRE(eventually([&] { return front.count(Count::Accepted) == 1; }));
    auto stopped = std::async(std::launch::async, [&] { return front.stop(); });
    CHECK_FALSE(client.isClosedWithin(std::chrono::milliseconds(20)));
    CHECK(client.get("/health").status == 200);
    CHECK(stopped.get());
    CHECK(client.isClosedWithin(patience));
}

TEST_CASE("front: stopping answers nobody anew", "[http]") {
    TestFront front;
    Client client = front.client();
    CHECK(client.get("/health").status == 200);
    CHECK(front.stop());
    CHECK(client.isClosedWithin(patience));
    CHECK(front.count(Count::Open) == 0);
}
