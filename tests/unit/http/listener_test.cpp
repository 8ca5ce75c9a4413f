// Addresses that are listened on, and what is said of those that cannot be.
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "test_front.hpp"

using namespace probehost;
using namespace probehost::test;

namespace {

TestFront::Adjust on(const std::string& address) {
    return [address](FrontOptions& options) { options.listen = {{address}}; };
}

std::string reasonAgainst(const std::string& address) {
    try {
        Listener::tcp({address}, {});
    } catch (const ListenError& error) {
        return error.what();
    }
    return "none";
}

} // namespace

TEST_CASE("listener: [::] serves IPv4 and IPv6, [::1] only its own", "[http]") {
    const TestFront both(on("[::]:0"));
    CHECK(Client(both.port(), "127.0.0.1").get("/health").status == 200);
    CHECK(Client(both.port(), "::1").get("/health").status == 200);
    const TestFront v6(on("[::1]:0"));
    CHECK(Client(v6.port(), "::1").get("/health").status == 200);
}

TEST_CASE("listener: [::] is served beside IPv4 addresses with its port, in any order", "[http]") {
    const uint16_t port = TestFront(on("[::]:0")).port();
    const std::string v4 = GENERATE("0.0.0.0", "127.0.0.1") + (":" + std::to_string(port));
    const std::string v6 = "[::]:" + std::to_string(port);
    const bool v4First = GENERATE(true, false);
    const TestFront both([&](FrontOptions& options) { options.listen = {{v4First ? v4 : v6}, {v4First ? v6 : v4}}; });
    CHECK(Client(port, "127.0.0.1").get("/health").status == 200);
    CHECK(Client(port, "::1").get("/health").status == 200);
}

TEST_CASE("listener: several addresses are served at once", "[http]") {
    const Listener probe = Listener::tcp({"127.0.0.2:0"}, {});
    TestFront front([](FrontOptions& options) { options.listen = {{"127.0.0.1:0"}, {"[::1]:0"}, {"127.0.0.2:0"}}; });
    CHECK(front.get("/health").status == 200);
}

TEST_CASE("listener: an inherited socket is served", "[http]") {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::listen(fd, 1) == 0);
    const TestFront front([fd](FrontOptions& options) { options.listen = {{"inherited", fd}}; });
    CHECK(front.get("/health").status == 200);
}

TEST_CASE("listener: an inherited descriptor that does not listen is refused", "[http]") {
    const FileDescriptor fd(::socket(AF_INET, SOCK_STREAM, 0));
    CHECK_THROWS_WITH(Listener::tcp({"fd 3", fd.get()}, {}),
                      "cannot listen on fd 3: the inherited socket does not listen");
}

TEST_CASE("listener: a second front on the same port is refused, in words", "[http]") {
    const TestFront front;
    const std::string address = "127.0.0.1:" + std::to_string(front.port());
    CHECK(reasonAgainst(address) == "cannot listen on " + address + ": Address already in use");
}

TEST_CASE("listener: addresses that are none are refused, in words", "[http]") {
    const std::string address = GENERATE("", "8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                                         "127.0.0.1:80x", "localhost:80", "::1:80", "[::1]", "[::1:80", "1.2.3:80");
    CHECK(reasonAgainst(address) ==
          "cannot listen on " + address + ": not an IP address and port such as 0.0.0.0:8000 or [::]:8000");
}

TEST_CASE("listener: a port of another machine's address is refused, in words", "[http]") {
    CHECK(reasonAgainst("192.0.2.1:0") == "cannot listen on 192.0.2.1:0: Cannot assign requested address");
}
