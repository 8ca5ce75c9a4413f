// libpq's lists of hosts, addresses and ports.
#include <catch2/catch.hpp>

#include "postgres/postgres_settings.hpp"

using namespace probehost;

TEST_CASE("postgres hosts: one host, one port", "[plugins]") {
    const auto hosts = splitHosts("db", "", "6432");
    REQUIRE(hosts.size() == 1);
    CHECK(hosts[0].name == "db");
    CHECK(hosts[0].port == 6432);
    CHECK(splitHosts("db", "", "")[0].port == 5432);
}

TEST_CASE("postgres hosts: a single port counts for all, else there is one for each", "[plugins]") {
    const auto shared = splitHosts("a,b", "", "6432");
    CHECK(shared[1].port == 6432);
    const auto own = splitHosts("a,b", "", "1,");
    CHECK(own[0].port == 1);
    CHECK(own[1].port == 5432);
    CHECK_THROWS_AS(splitHosts("a,b", "", "1,2,3"), sdk::ConfigError);
}

TEST_CASE("postgres hosts: addresses stand beside names or alone", "[plugins]") {
    const auto both = splitHosts("a,b", "10.0.0.1,", "");
    CHECK(both[0].address == "10.0.0.1");
    CHECK(both[1].address.empty());
    const auto alone = splitHosts("", "10.0.0.1,10.0.0.2", "");
    REQUIRE(alone.size() == 2);
    CHECK(alone[1].address == "10.0.0.2");
    CHECK_THROWS_AS(splitHosts("a,b", "10.0.0.1,10.0.0.2,10.0.0.3", ""), sdk::ConfigError);
}

TEST_CASE("postgres hosts: what cannot be a host or port is refused and not quoted", "[plugins]") {
    const auto [name, port] = GENERATE(table<const char*, const char*>({{"SECRET@db", "1"},
                                                                        {"SEC/RET", "1"},
                                                                        {"SEC?RET", "1"},
                                                                        {"SEC RET", "1"},
                                                                        {"db", "SECRET"},
                                                                        {"db", "0"},
                                                                        {"db", "65536"},
                                                                        {"db", "-1"},
                                                                        {"db", " 1"}}));
    try {
        splitHosts(name, "", port);
        FAIL("accepted");
    } catch (const sdk::ConfigError& error) {
        CHECK(std::string(error.what()).find("SEC") == std::string::npos);
    }
}

TEST_CASE("postgres hosts: a directory of a Unix socket is a host", "[plugins]") {
    CHECK(splitHosts("/var/run/postgresql", "", "")[0].name == "/var/run/postgresql");
}
