// Redis' URLs: every part found, every mistake refused without being quoted.
#include "redis/redis_url.hpp"

#include <catch2/catch.hpp>

using probehost::BadUrl;
using probehost::parseRedisUrl;
using probehost::percentDecode;

TEST_CASE("redis url: the shortest one has the usual port and no login", "[plugins]") {
    const auto url = parseRedisUrl("redis://cache");
    CHECK(url.host == "cache");
    CHECK(url.port == 6379);
    CHECK_FALSE(url.tls);
    CHECK_FALSE(url.username);
    CHECK_FALSE(url.password);
    CHECK_FALSE(url.db);
}

TEST_CASE("redis url: every part is found", "[plugins]") {
    const auto url = parseRedisUrl("rediss://he%20alth:p%40ss%3Aw%2Frd@cache.example:6380/3");
    CHECK(url.tls);
    CHECK(url.username.value() == "he alth");
    CHECK(url.password.value() == "p@ss:w/rd");
    CHECK(url.host == "cache.example");
    CHECK(url.port == 6380);
    CHECK(url.db.value() == 3);
}

TEST_CASE("redis url: a password may stand without a user, be empty, or hold an unencoded @ or colon", "[plugins]") {
    CHECK_FALSE(parseRedisUrl("redis://:secret@cache").username);
    CHECK(parseRedisUrl("redis://:secret@cache").password.value() == "secret");
    CHECK(parseRedisUrl("redis://user:@cache").password.value().empty());
    CHECK(parseRedisUrl("redis://:a@b:c@cache").password.value() == "a@b:c");
    CHECK_FALSE(parseRedisUrl("redis://user@cache").password);
}

TEST_CASE("redis url: an IPv6 address stands in brackets", "[plugins]") {
    CHECK(parseRedisUrl("redis://[::1]").host == "::1");
    CHECK(parseRedisUrl("redis://[::1]:7000/1").port == 7000);
}

TEST_CASE("redis url: the database is in the path or the query", "[plugins]") {
    CHECK(parseRedisUrl("redis://cache?db=4").db.value() == 4);
    CHECK(parseRedisUrl("unix:///run/redis.sock?db=2").db.value() == 2);
    CHECK_FALSE(parseRedisUrl("redis://cache/").db);
}

TEST_CASE("redis url: a Unix socket has a path and perhaps a login", "[plugins]") {
    const auto url = parseRedisUrl("unix://health:secret@/run/my%20redis.sock");
    CHECK(url.socket == "/run/my redis.sock");
    CHECK(url.host.empty());
    CHECK(url.password.value() == "secret");
}

TEST_CASE("redis url: a wrong one is refused and not quoted", "[plugins]") {
    const auto* const bad =
        GENERATE("", "cache", "redis:cache", "http://SECRET@cache", "redis://", "redis://:SECRET@", "redis://u:SECRET",
                 "redis://u:SEC/RET@cache", "redis://u:5/SECRET@cache", "redis://:SEC?RET@cache",
                 "redis://:SE%zCRET@cache", "redis://:SECRET%@cache", "redis://:SECRET%4@cache",
                 "redis://:SEC%00RET@cache", "redis://[::1/0", "redis://[::1]SECRET", "redis://cache:0",
                 "redis://cache:65536", "redis://cache:-1", "redis://cache:", "redis://cache/-1", "redis://cache/1/2",
                 "redis://cache?ssl=1", "redis://cache/99999999999", "unix://", "unix:///", "unix://host/path");
    CAPTURE(bad);
    try {
        parseRedisUrl(bad);
        FAIL("accepted");
    } catch (const BadUrl& error) {
        CHECK(std::string(error.what()).find("SEC") == std::string::npos);
    }
}

TEST_CASE("redis url: percent-encoding takes both cases of letters and leaves the rest alone", "[plugins]") {
    CHECK(percentDecode("a%2fb%2Fc+d") == "a/b/c+d");
    CHECK(percentDecode("%C3%A4") == "ä");
    CHECK(percentDecode("").empty());
    CHECK_THROWS_AS(percentDecode("%+1"), BadUrl);
    CHECK_THROWS_AS(percentDecode("%-1"), BadUrl);
    CHECK_THROWS_AS(percentDecode("% 1"), BadUrl);
}
