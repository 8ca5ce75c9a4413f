// Probes that wait for fresher results: released by them, bounded in time and number, and never in anyone's way.
#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;
using namespace std::chrono_literals;

namespace {

ProbeAnswers stale() { return answersFreshUntil(Clock::now() - 1s); }
ProbeAnswers fresh() { return answersFreshUntil(Clock::now() + 60s); }

TestFront::Adjust waiting(std::chrono::milliseconds wait) {
    return [wait](FrontOptions& options) { options.settings.wait = wait; };
}

} // namespace

TEST_CASE("parking: a probe of fresh results does not wait", "[http]") {
    const TestFront front(waiting(60s), fresh());
    CHECK(front.get("/health/ready").status == 200);
    CHECK(front.refreshes() == 0);
    CHECK(front.count(Count::Parked) == 0);
}

TEST_CASE("parking: a probe of stale results waits until fresher ones are published", "[http]") {
    TestFront front(waiting(60s), stale());
    Client client = front.client();
    client.send(request("/health/ready"));
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    CHECK(eventually([&] { return front.refreshes() == 1; }));
    CHECK_FALSE(client.hasAnswerWithin(50ms));

    front.front().publish(stale());
    CHECK_FALSE(client.hasAnswerWithin(50ms));
    ProbeAnswers answers = failingAnswers();
    answers[Probe::Ready].freshUntil = Clock::now() + 1s;
    front.front().publish(answers);
    CHECK(client.receive().status == 503);
    CHECK(eventually([&] { return front.count(Count::ParkedNow) == 0; }));
}

TEST_CASE("parking: answers that are published while the front turns to others wake it again", "[http]") {
    TestFront front(waiting(60s), stale());
    Client client = front.client();
    for (int round = 0; round < 2000; ++round) {
        front.front().publish(stale());
        client.send(request("/health/ready"));
        REQUIRE(front.reaches(Count::Parked, static_cast<uint64_t>(round + 1)));
        front.front().publish(stale());
        for (const auto end = Clock::now() + std::chrono::microseconds(round % 100); Clock::now() < end;) {
        }
        front.front().publish(fresh());
        REQUIRE(client.hasAnswerWithin(300ms)); // the front's longest sleep is 500 ms
        CHECK(client.receive().status == 200);
    }
}

TEST_CASE("parking: at its deadline a probe gets the latest answer", "[http]") {
    const TestFront front(waiting(100ms), stale());
    const auto began = Clock::now();
    CHECK(front.get("/health/ready").status == 200);
    const auto took = Clock::now() - began;
    CHECK(took >= 100ms);
    CHECK(took < 400ms); // of a busy machine
    CHECK(front.count(Count::WaitsExpired) == 1);
}

TEST_CASE("parking: live and started never wait, also while others do", "[http]") {
    TestFront front(waiting(60s), stale());
    Client waiter = front.client();
    waiter.send(request("/health/ready"));
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    CHECK(front.get("/health").status == 200);
    CHECK(front.get("/health/started").status == 200);
    CHECK_FALSE(waiter.hasAnswerWithin(0ms));
}

TEST_CASE("parking: a thousand probes wait together and are released together", "[http]") {
    TestFront front(waiting(60s), stale());
    std::vector<Client> clients;
    for (int i = 0; i < 1000; ++i) clients.push_back(front.client());
    for (Client& client : clients) client.send(request("/health/ready"));
    REQUIRE(front.reaches(Count::ParkedNow, 1000));
    CHECK(front.refreshes() <= 1000);
    const auto began = Clock::now();
    front.front().publish(fresh());
    for (Client& client : clients) REQUIRE(client.receive().status == 200);
    CHECK(Clock::now() - began < 1s);
}

TEST_CASE("parking: past the bound probes get the latest answer at once", "[http]") {
    TestFront front(
        [](FrontOptions& options) {
            options.settings.wait = 60s;
            options.limits.parked = 3;
        },
        stale());
    std::vector<Client> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(front.client());
    for (Client& client : clients) client.send(request("/health/ready"));
    REQUIRE(front.reaches(Count::ParkedNow, 3));
    CHECK(front.get("/health/ready").status == 200);
    CHECK(front.count(Count::ParkedOverflow) == 1);
}

TEST_CASE("parking: the shorter wait of a reload ends before the longer one of before", "[http]") {
    TestFront front(waiting(60s), stale());
    Client patient = front.client();
    patient.send(request("/health/ready"));
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    FrontSettings settings;
    settings.wait = 20ms;
    front.front().apply(settings);
    CHECK(front.get("/health").status == 200);
    CHECK(front.get("/health/ready").status == 200);
    CHECK_FALSE(patient.hasAnswerWithin(0ms));
}

TEST_CASE("parking: what is pipelined behind a waiting probe is answered after it", "[http]") {
    TestFront front(waiting(60s), stale());
    Client client = front.client();
    client.send(request("/health/ready") + request("/nowhere") + request("/health", "Connection: close\r\n"));
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    CHECK_FALSE(client.hasAnswerWithin(20ms));
    front.front().publish(fresh());
    CHECK(statuses(client.receiveAll()) == "200 404 200");
}

TEST_CASE("parking: bytes that come late, behind the last request, do not destroy its answer", "[http]") {
    TestFront front(waiting(60s), stale());
    Client client = front.client();
    client.send(request("/health/ready", "Connection: close\r\n"));
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    client.send("\r\n");
    std::this_thread::sleep_for(20ms);
    front.front().publish(fresh());
    CHECK(client.receive().status == 200);
}

TEST_CASE("parking: verbose and single-check requests wait before a handler sees them", "[http]") {
    TestFront front(waiting(60s), stale());
    const std::string target = GENERATE("/health/ready?verbose", "/health/ready/database", "/health/ready?exclude=a");
    Client client = front.client();
    client.send(request(target));
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    CHECK(front.count(Count::Forwarded) == 0);
    front.front().publish(fresh());
    CHECK(client.receive().body == "open GET " + target + " ");
}

TEST_CASE("parking: a client that leaves or a front that stops ends the wait", "[http]") {
    TestFront front(waiting(60s), stale());
    Client client = front.client();
    client.send(request("/health/ready"));
    REQUIRE(front.reaches(Count::ParkedNow, 1));
    CHECK(front.stop());
    CHECK(client.receive().status == 200);
    CHECK(client.isClosedWithin(patience));
}
