// Listen addresses as they are written.
#include "config/listen_address.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

TEST_CASE("an address is IPv4:PORT, or IPv6 in brackets and a port", "[config]") {
    const auto [text, host, port] =
        GENERATE(table<std::string, std::string, int>({{"0.0.0.0:8000", "0.0.0.0", 8000},
                                                       {"127.0.0.1:0", "127.0.0.1", 0},
                                                       {"[::]:8000", "::", 8000},
                                                       {"[fe80::1]:65535", "fe80::1", 65535}}));
    const auto parsed = parseListenAddress(text);
    REQUIRE(std::holds_alternative<ListenAddress>(parsed));
    const auto& address = std::get<ListenAddress>(parsed);
    CHECK(address.host == host);
    CHECK(address.port == port);
    CHECK(address.text() == text);
}

TEST_CASE("anything else is no address", "[config]") {
    const auto* text =
        GENERATE("", ":", "8000", "0.0.0.0", "0.0.0.0:", ":8000", "::1:8000", "[]:1", "[::1]", "[1.2.3.4]:1", "1.2.3:1",
                 "256.0.0.1:1", "0.0.0.0:65536", "0.0.0.0:-1", "0.0.0.0:+1", "0.0.0.0: 1", "a b:1", "*:1", "a:1:2",
                 "http://a:1", "localhost:80", "my-host.example:1");
    INFO(text);
    CHECK(std::holds_alternative<std::string>(parseListenAddress(text)));
}

} // namespace probehost::test
