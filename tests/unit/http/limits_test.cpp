// Slow, silent, deaf and greedy clients: each is ended by a deadline or a bound, and none is in anyone's way.
#include <catch2/catch.hpp>

#include <thread>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;
using namespace std::chrono_literals;

namespace {

std::string pipeline(int requests) {
    std::string many;
    for (int i = 0; i < requests; ++i) many += request("/health");
    return many;
}

void withShortTimes(FrontOptions& options) {
    options.limits.headTime = 150ms;
    options.limits.writeTime = 150ms;
    options.limits.lingerTime = 150ms;
}

void withTenConnections(FrontOptions& options) {
    options.limits.silence = 0s;
    options.limits.connections = 10;
    options.limits.perAddress = 0;
}

TestFront::Adjust patientWith(const TestFront::Adjust& adjust) {
    return [adjust](FrontOptions& options) {
        options.settings.wait = 60s;
        options.limits.silence = 0s;
        adjust(options);
    };
}

// One after the other, so that the front has seen them in this order.
void letWait(const TestFront& front, std::vector<Client>& clients) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].send(request("/health/ready"));
        REQUIRE(front.reaches(Count::ParkedNow, i + 1));
    }
}

std::vector<Client> clientsOf(const TestFront& front, int count) {
    std::vector<Client> clients;
    for (int i = 0; i < count; ++i) clients.push_back(front.client());
    return clients;
}

} // namespace

TEST_CASE("limits: a head has one deadline, however steadily its bytes drip", "[http]") {
    const TestFront front(withShortTimes);
    Client client = front.client();
    const auto began = Clock::now();
    while (!client.hasAnswerWithin(20ms) && Clock::now() - began < patience) client.send("G");
    CHECK(Clock::now() - began < 400ms);
    CHECK(client.receive().status == 408);
    CHECK(client.isClosedWithin(patience));
}

TEST_CASE("limits: a client that says nothing is closed without a word", "[http]") {
    const TestFront front(withShortTimes);
    Client client = front.client();
    const auto began = Clock::now();
    CHECK(client.receiveAll().empty());
    CHECK(client.isClosedWithin(0ms));
    CHECK(Clock::now() - began < 400ms);
    CHECK(front.count(Count::DeadlineCloses) == 1);
}

TEST_CASE("limits: with the default times one that says nothing is closed within two and a half seconds", "[http]") {
    const TestFront front;
    Client client = front.client();
    const auto began = Clock::now();
    CHECK(client.receiveAll().empty());
    CHECK(Clock::now() - began > 1300ms);
    CHECK(Clock::now() - began < 2700ms);
}

TEST_CASE("limits: clients that say nothing take no connection from others at first", "[http]") {
    TestFront front([](FrontOptions& options) { options.limits.connections = 10; });
    const std::vector<Client> silent = clientsOf(front, 100);
    for (int i = 0; i < 20; ++i) REQUIRE(front.get("/health", "Connection: close\r\n").status == 200);
    CHECK(front.count(Count::Accepted) == 20);
    CHECK(front.count(Count::Evicted) == 0);
    CHECK(front.reaches(Count::Accepted, 120));
}

TEST_CASE("limits: a new request on a kept connection has the deadline of its own first byte", "[http]") {
    const TestFront front(withShortTimes);
    Client client = front.client();
    CHECK(client.get("/health").status == 200);
    std::this_thread::sleep_for(200ms);
    CHECK(client.get("/health").status == 200);
    client.send("GET /he");
    CHECK(client.receive().status == 408);
}

TEST_CASE("limits: a client that never reads is reset at the write deadline", "[http]") {
    TestFront front(withShortTimes);
    Client deaf = front.client();
    deaf.send(request("/big"));
    CHECK(front.reaches(Count::DeadlineCloses, 1));
    CHECK(front.reaches(Count::Forwarded, 1));
    CHECK(eventually([&] { return front.count(Count::Open) == 0; }));
}

TEST_CASE("limits: a client that asks without end and never reads is ended at the write deadline", "[http]") {
    TestFront front(withShortTimes);
    Client deaf = front.client();
    deaf.send(pipeline(500));
    CHECK(front.reaches(Count::DeadlineCloses, 1));
    CHECK(front.count(Count::ProbesAnswered) == 16);
    CHECK(eventually([&] { return front.count(Count::Open) == 0; }));
}

TEST_CASE("limits: a client that asked without end and reads late still gets the answers it was given", "[http]") {
    TestFront front([](FrontOptions& options) { options.limits.writeTime = 60s; });
    Client late = front.client();
    late.send(pipeline(500));
    REQUIRE(front.reaches(Count::ProbesAnswered, 16));
    std::this_thread::sleep_for(50ms);
    CHECK(statuses(late.receiveAll()).size() == 16 * 4 - 1);
    CHECK(front.count(Count::Open) == 1);
}

TEST_CASE("limits: one that asked for too much and ended its sending gets its answers and is gone at once", "[http]") {
    TestFront front([](FrontOptions& options) { options.limits.writeTime = 60s; });
    Client late = front.client();
    late.send(pipeline(500)).closeSending();
    REQUIRE(front.reaches(Count::ProbesAnswered, 16));
    CHECK(eventually([&] { return front.count(Count::Open) == 0; }));
    CHECK(statuses(late.receiveAll()).size() == 16 * 4 - 1);
}

TEST_CASE("limits: what a refused client goes on sending is read so that it sees its answer", "[http]") {
    const TestFront front(withShortTimes);
    Client client = front.client();
    client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    client.send(std::string(100000, 'x'));
    CHECK(client.receive().status == 404);
    CHECK(client.isClosedWithin(patience));
}

TEST_CASE("limits: a client that sends without end is ended", "[http]") {
    const TestFront front;
    Client client = front.client();
    client.send("nonsense\r\n\r\n");
    const auto began = Clock::now();
    while (!client.isClosedWithin(0ms) && Clock::now() - began < patience) client.send(std::string(65536, 'x'));
    CHECK(Clock::now() - began < 1s);
}

TEST_CASE("limits: at the limit of connections the longest idle goes first", "[http]") {
    TestFront front(withTenConnections);
    std::vector<Client> silent = clientsOf(front, 5);
    std::vector<Client> idle = clientsOf(front, 5);
    for (Client& client : idle) REQUIRE(client.get("/health").status == 200);
    CHECK(front.get("/health").status == 200);
    CHECK(idle[0].isClosedWithin(patience));
    CHECK_FALSE(idle[1].isClosedWithin(0ms));
    CHECK_FALSE(silent[0].isClosedWithin(0ms));
}

TEST_CASE("limits: then the longest without a whole head, and every new probe is answered", "[http]") {
    TestFront front(withTenConnections);
    std::vector<Client> silent = clientsOf(front, 100);
    for (int i = 0; i < 100; ++i) REQUIRE(front.get("/health", "Connection: close\r\n").status == 200);
    CHECK(front.count(Count::Evicted) >= 90);
    CHECK(front.count(Count::Open) <= 10);
    CHECK(silent[0].isClosedWithin(patience));
}

TEST_CASE("limits: when all wait for results, the longest waiting is answered to make room", "[http]") {
    TestFront front(patientWith(withTenConnections), answersFreshUntil(Clock::now() - 1s));
    std::vector<Client> busy = clientsOf(front, 5);
    for (Client& client : busy) client.send(request("/hang"));
    REQUIRE(eventually([&] { return front.handlers().hanging() == 5; }));
    std::vector<Client> waiting = clientsOf(front, 5);
    letWait(front, waiting);
    CHECK(front.get("/health").status == 200);
    CHECK(waiting[0].receive().status == 200);
    CHECK_FALSE(waiting[1].hasAnswerWithin(0ms));
}

TEST_CASE("limits: when all of an address wait for results, the longest waiting makes room for its next probe",
          "[http]") {
    TestFront front(patientWith([](FrontOptions& options) { options.limits.perAddress = 5; }),
                    answersFreshUntil(Clock::now() - 1s));
    std::vector<Client> waiting = clientsOf(front, 5);
    letWait(front, waiting);
    CHECK(front.get("/health").status == 200);
    CHECK(waiting[0].receive().status == 200);
    CHECK_FALSE(waiting[1].hasAnswerWithin(0ms));
}

TEST_CASE("limits: a probe on its way is spared while others can wait no longer", "[http]") {
    TestFront front(patientWith([](FrontOptions& options) {
                        options.limits.perAddress = 5;
                        options.limits.headTime = 60s;
                    }),
                    answersFreshUntil(Clock::now() - 1s));
    std::vector<Client> waiting = clientsOf(front, 5);
    letWait(front, waiting);
    std::vector<Client> onTheirWay = clientsOf(front, 3);
    REQUIRE(front.reaches(Count::Evicted, 3));
    for (Client& client : onTheirWay) CHECK(client.get("/health").status == 200);
    for (int i = 0; i < 3; ++i) CHECK(waiting[std::size_t(i)].receive().status == 200);
}

TEST_CASE("limits: those that wait take no more than half of the connections, one address no more than its share",
          "[http]") {
    TestFront front(patientWith([](FrontOptions& options) { options.limits.connections = 10; }),
                    answersFreshUntil(Clock::now() - 1s));
    std::vector<Client> waiting = clientsOf(front, 5);
    letWait(front, waiting);
    CHECK(front.get("/health/ready", "Connection: close\r\n").status == 200);
    CHECK(front.count(Count::ParkedOverflow) == 1);
    const std::vector<Client> silent = clientsOf(front, 5);
    CHECK(front.reaches(Count::Evicted, 1));
    CHECK(eventually([&] { return front.count(Count::Open) == 9; }));
}

TEST_CASE("limits: one address gets its share, at its own expense", "[http]") {
    TestFront front([](FrontOptions& options) {
        options.listen = {{"0.0.0.0:0"}};
        options.limits.silence = 0s;
        options.limits.perAddress = 5;
    });
    std::vector<Client> greedy = clientsOf(front, 5);
    Client other(front.port(), "127.0.0.1");
    CHECK(other.get("/health").status == 200);
    CHECK(greedy[0].isClosedWithin(patience));
    CHECK(front.count(Count::Evicted) == 1);
    CHECK(front.count(Count::Open) == 5);
}

TEST_CASE("limits: long heads that come in pieces hold only so much together, and the oldest goes first", "[http]") {
    const TestFront front([](FrontOptions& options) {
        options.limits.heldHeadBytes = 20000;
        options.limits.headTime = 60s;
    });
    const std::string half = "GET /health HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(7000, 'x');
    std::vector<Client> clients = clientsOf(front, 3);
    for (Client& client : clients) {
        client.send(half);
        client.hasAnswerWithin(20ms);
    }
    CHECK(front.get("/health").status == 200);
    CHECK(front.reaches(Count::Evicted, 1));
    CHECK_FALSE(clients[0].hasAnswerWithin(20ms));
    CHECK(clients[0].ask("\r\n\r\n").status == 503);
    CHECK(clients[0].isClosedWithin(patience));
    CHECK(clients[1].ask("\r\n\r\n").status == 200);
    CHECK(clients[2].ask("\r\n\r\n").status == 200);
    CHECK(front.count(Count::Evicted) == 1);
}

TEST_CASE("limits: a long head that lies behind an answered request counts as any other", "[http]") {
    TestFront front(
        [](FrontOptions& options) {
            options.settings.wait = 60s;
            options.limits.headTime = 60s;
            options.limits.heldHeadBytes = 10000;
        },
        answersFreshUntil(Clock::now() - 1s));
    const std::string half = "GET /health HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(7000, 'x');
    Client first = front.client();
    first.send(request("/health/ready") + half);
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    front.front().publish(answersFreshUntil(Clock::now() + 60s));
    CHECK(first.receive().status == 200);
    Client second = front.client();
    second.send(half);
    CHECK(front.reaches(Count::Evicted, 1));
    CHECK(first.ask("\r\n\r\n").status == 503);
    CHECK(second.ask("\r\n\r\n").status == 200);
}

TEST_CASE("limits: who lost its place to another long head has its time, and none beyond it", "[http]") {
    const TestFront front([](FrontOptions& options) {
        options.limits.heldHeadBytes = 10000;
        options.limits.headTime = 1s;
    });
    std::vector<Client> clients = clientsOf(front, 2);
    for (Client& client : clients) client.send("GET /health HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(7000, 'x'));
    CHECK(front.reaches(Count::Evicted, 1));
    CHECK_FALSE(clients[0].isClosedWithin(100ms));
    for (Client& client : clients) CHECK(client.receive().status == 408);
    CHECK(front.count(Count::DeadlineCloses) == 2);
}

TEST_CASE("limits: who lost its place to another long head is the first to make room for a client", "[http]") {
    const TestFront front([](FrontOptions& options) {
        options.limits.heldHeadBytes = 10000;
        options.limits.headTime = 60s;
        options.limits.connections = 2;
        options.limits.perAddress = 0;
    });
    std::vector<Client> clients = clientsOf(front, 2);
    for (Client& client : clients) {
        client.send("GET /health HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(7000, 'x'));
        CHECK_FALSE(client.hasAnswerWithin(20ms));
    }
    REQUIRE(front.reaches(Count::Evicted, 1));
    CHECK(front.get("/health").status == 200);
    CHECK(clients[0].isClosedWithin(patience));
    CHECK(clients[1].ask("\r\n\r\n").status == 200);
}

TEST_CASE("limits: bodies take no room from heads", "[http]") {
    const TestFront front([](FrontOptions& options) {
        options.limits.heldHeadBytes = 10000;
        options.limits.heldBytes = 100000;
    });
    Client body = front.client();
    body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nhalf");
    CHECK_FALSE(body.hasAnswerWithin(20ms));
    Client head = front.client();
    head.send("GET /health HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(7000, 'x'));
    CHECK_FALSE(head.hasAnswerWithin(20ms));
    CHECK(head.ask("\r\n\r\n").status == 200);
    CHECK(body.ask(std::string(60000 - 4, 'x')).status == 200);
}

TEST_CASE("limits: long heads take no room from what goes to handlers", "[http]") {
    const TestFront front([](FrontOptions& options) {
        options.limits.heldHeadBytes = 20000;
        options.limits.heldBytes = 100000;
    });
    std::vector<Client> slow = clientsOf(front, 20);
    for (Client& client : slow) client.send("GET /health HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(7000, 'x'));
    CHECK(front.reaches(Count::Evicted, 18));
    Client client = front.client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nhalf");
    CHECK_FALSE(client.hasAnswerWithin(20ms));
    CHECK(client.ask(std::string(60000 - 4, 'x')).status == 200);
}

TEST_CASE("limits: a share that is off limits nobody", "[http]") {
    TestFront front([](FrontOptions& options) {
        options.limits.silence = 0s;
        options.limits.perAddress = 0;
    });
    std::vector<Client> many = clientsOf(front, 50);
    CHECK(front.get("/health").status == 200);
    CHECK(front.count(Count::Evicted) == 0);
}

TEST_CASE("limits: the kernel holds back who says nothing, but not while slow clients come", "[http]") {
    TestFront front([](FrontOptions& options) {
        options.limits.silence = 1s;
        options.limits.headTime = 1s;
    });
    std::vector<Client> silent;
    const auto acceptsAtOnce = [&] {
        const auto before = front.count(Count::Accepted);
        silent.push_back(front.client());
        std::this_thread::sleep_for(600ms); // the kernel holds back for a second
        return front.count(Count::Accepted) > before;
    };
    CHECK_FALSE(acceptsAtOnce());
    REQUIRE(front.reaches(Count::DeadlineCloses, 1));
    std::this_thread::sleep_for(100ms);
    CHECK(acceptsAtOnce());
    std::this_thread::sleep_for(8s); // its own end, the time of calm, and the front's longest sleep
    CHECK_FALSE(acceptsAtOnce());
}

TEST_CASE("limits: a loop turn is measured", "[http]") {
    TestFront front;
    CHECK(front.get("/health").status == 200);
    CHECK(front.reaches(Count::LoopStallMaxUs, 1));
    CHECK(std::string(name(Count::LoopStallMaxUs)) == "loop_stall_max_us");
}
