// Names and sockets against this machine's loopback: answers, refusals, and ends of waits.
#include <netinet/in.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "net/error.hpp"
#include "net/resolver.hpp"
#include "net/socket.hpp"

using namespace probehost;
using namespace std::chrono_literals;

namespace {

// A port of the loopback that is bound, and listened on when wanted.
class LoopbackPort {
  public:
    explicit LoopbackPort(bool listening) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        REQUIRE(bind(fd_, reinterpret_cast<sockaddr*>(&address), length) == 0);
        if (listening) REQUIRE(listen(fd_, 8) == 0);
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
    }
    ~LoopbackPort() { close(fd_); }
    LoopbackPort(const LoopbackPort&) = delete;
    LoopbackPort& operator=(const LoopbackPort&) = delete;
    uint16_t port() const { return port_; }

  private:
    int fd_;
    uint16_t port_ = 0;
};

std::vector<net::Address> loopback(uint16_t port) { return net::resolve("127.0.0.1", port, sdk::Deadline::in(1s)); }

} // namespace

TEST_CASE("net: numeric hosts are answered without a question", "[plugins]") {
    const auto passed = sdk::Deadline::in(0ms);
    CHECK(net::resolve("127.0.0.1", 80, passed).at(0).text() == "127.0.0.1:80");
    CHECK(net::resolve("::1", 80, passed).at(0).text() == "[::1]:80");
    CHECK(net::resolve("::1", 80, passed).at(0).host() == "::1");
}

TEST_CASE("net: localhost is known without a name server", "[plugins]") {
    for (const auto& address : net::resolve("localhost", 80, sdk::Deadline::in(5s)))
        CHECK((address.host() == "127.0.0.1" || address.host() == "::1"));
}

TEST_CASE("net: what is no name does not resolve", "[plugins]") {
    const auto* const name = GENERATE("", "a..b", "-", "nosuch name");
    CHECK_THROWS_AS(net::resolve(name, 80, sdk::Deadline::in(2s)), net::NetError);
}

TEST_CASE("net: nobody listening is a refusal, of connection level", "[plugins]") {
    const LoopbackPort closed(false);
    try {
        net::Socket::connectTcp(loopback(closed.port()), sdk::Deadline::in(2s));
        FAIL("connected");
    } catch (const net::NetError& error) {
        CHECK(error.message == "Connection refused");
        CHECK(error.connectionLevel);
    }
}

TEST_CASE("net: the next address is tried when one refuses", "[plugins]") {
    const LoopbackPort closed(false);
    const LoopbackPort open(true);
    auto addresses = loopback(closed.port());
    addresses.push_back(loopback(open.port()).at(0));
    CHECK(net::Socket::connectTcp(addresses, sdk::Deadline::in(2s)).fd() >= 0);
}

TEST_CASE("net: a silent peer ends at the deadline", "[plugins]") {
    const LoopbackPort open(true);
    const auto deadline = sdk::Deadline::in(100ms);
    auto socket = net::Socket::connectTcp(loopback(open.port()), deadline);
    char buffer[16];
    CHECK_THROWS_AS(socket.read(buffer, deadline), sdk::Cancelled);
    CHECK(sdk::Deadline::now() - deadline.at() < 50'000'000);
}

TEST_CASE("net: a cancel ends a wait at once", "[plugins]") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    REQUIRE(write(ends[1], "x", 1) == 1);
    const LoopbackPort open(true);
    auto socket = net::Socket::connectTcp(loopback(open.port()), sdk::Deadline::in(2s));
    char buffer[16];
    const auto begun = sdk::Deadline::now();
    CHECK_THROWS_AS(socket.read(buffer, sdk::Deadline::in(10s, ends[0])), sdk::Cancelled);
    CHECK(sdk::Deadline::now() - begun < 1'000'000'000);
    close(ends[0]);
    close(ends[1]);
}

TEST_CASE("net: a Unix socket that is not there refuses", "[plugins]") {
    try {
        net::Socket::connectUnix("/nonexistent/socket", sdk::Deadline::in(1s));
        FAIL("connected");
    } catch (const net::NetError& error) {
        CHECK(error.message == "Connection refused");
        CHECK(error.detail.find("/nonexistent") == std::string::npos);
    }
}
