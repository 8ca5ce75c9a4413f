// A scripted peer does as it is told.
#include <probehost/testing/scripted_peer.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include "conduct.hpp"

namespace {

Peer started(int32_t kind, const std::string& bytes = {}, uint32_t after = 0, uint32_t pause_ms = 0) {
    const ph_peer_conduct script = {kind, bytes.data(), static_cast<uint32_t>(bytes.size()), after, pause_ms, nullptr};
    return Peer(ph_peer_start(&script));
}

// Somebody who has connected, or failed to; no wait is longer than five seconds.
class Client {
  public:
    explicit Client(const Peer& peer) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit = {5, 0};
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(ph_peer_port(peer.get()));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        error = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { close(fd_); }

    void say(const std::string& text) const { REQUIRE(send(fd_, text.data(), text.size(), MSG_NOSIGNAL) > 0); }

    // Up to `size` bytes, fewer when the peer ends the connection; `error` says how it did.
    std::string hear(size_t size) {
        std::string heard;
        for (char byte = 0; heard.size() < size; heard += byte) {
            const ssize_t count = recv(fd_, &byte, 1, 0);
            error = count < 0 ? errno : 0;
            if (count <= 0) return heard;
        }
        return heard;
    }

    bool hearsWithin(int ms) const {
        pollfd fd = {fd_, POLLIN, 0};
        return poll(&fd, 1, ms) > 0;
    }

    int error = 0;

  private:
    int fd_;
};

} // namespace

TEST_CASE("A peer that refuses keeps its port and takes nobody") {
    const auto peer = started(PH_PEER_REFUSE);
    CHECK(Client(peer).error == ECONNREFUSED);
    CHECK(ph_peer_connections(peer.get()) == 0);
}

TEST_CASE("A silent peer accepts and listens") {
    const auto peer = started(PH_PEER_SILENT, "never said");
    const Client client(peer);
    client.say("hello");
    CHECK(!client.hearsWithin(50));
    char heard[8] = {};
    for (int i = 0; i < 5000 && ph_peer_received(peer.get(), heard, sizeof(heard)) < 5; i++) usleep(1000);
    CHECK(heard == std::string("hello"));
    CHECK(ph_peer_connections(peer.get()) == 1);
}

TEST_CASE("A peer speaks first, or answers each time it has heard enough") {
    const auto first = started(PH_PEER_ANSWER, "220 ready\r\n");
    CHECK(Client(first).hear(11) == "220 ready\r\n");
    const auto second = started(PH_PEER_ANSWER, "pong", 4);
    Client client(second);
    client.say("pi");
    CHECK(!client.hearsWithin(50));
    client.say("ng");
    CHECK(client.hear(4) == "pong");
    client.say("pingping");
    CHECK(client.hear(8) == "pongpong");
    CHECK(Client(second).error == 0);
}

TEST_CASE("A peer ends in the middle of its answer, politely or not") {
    const auto polite = started(PH_PEER_CLOSE, "half", 2);
    Client client(polite);
    client.say("hello");
    CHECK(client.hear(100) == "half");
    CHECK(client.error == 0);
    const auto rude = started(PH_PEER_RESET, "", 1);
    Client other(rude);
    other.say("h");
    CHECK(other.hear(1).empty());
    CHECK(other.error == ECONNRESET);
}

TEST_CASE("A peer drips") {
    const auto peer = started(PH_PEER_DRIP, "abcd", 0, 20);
    Client client(peer);
    const auto start = std::chrono::steady_clock::now();
    CHECK(client.hear(4) == "abcd");
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(60));
    CHECK(!client.hearsWithin(30));
}

TEST_CASE("A peer cancels the run of whoever connects") {
    const auto fake = fakeWith([](const ph_host*, const ph_run_context* context, ph_error* error) {
        pollfd fd = {context->cancel_fd, POLLIN, 0};
        return poll(&fd, 1, 5000) == 1 ? ph_fail(error, PH_E_CANCELLED, "cancelled") : PH_OK;
    });
    const ph_peer_conduct silent = {PH_PEER_SILENT, nullptr, 0, 0, 0, fake.get()};
    const Peer peer(ph_peer_start(&silent));
    const Client client(peer);
    CHECK(ph_fake_run(fake.get(), PH_FAKE_UNTIL_CANCELLED)->code == PH_E_CANCELLED);
}
