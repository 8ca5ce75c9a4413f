// Masking of secrets in texts.
#include "log/redactor.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

TEST_CASE("each occurrence of a secret is masked", "[config]") {
    const Redactor redactor({"hunter2", "p@ss/word"});
    CHECK(redactor.redact("hunter2 and again hunter2") == "*** and again ***");
    CHECK(redactor.redact("url=p@ss/word;") == "url=***;");
    CHECK(redactor.redact("url=p%40ss%2Fword;") == "url=***;");
    CHECK(redactor.redact("url=p%40ss%2fword;") == "url=***;");
    CHECK(redactor.redact("nothing here") == "nothing here");
    CHECK(redactor.redact("").empty());
}

TEST_CASE("of secrets inside of one another or overlapping nothing is left", "[config]") {
    CHECK(Redactor({"pass", "password1"}).redact("password1") == "***");
    CHECK(Redactor({"abc1def", "1defghi"}).redact("-abc1defghi-") == "-***-");
    CHECK(Redactor({"a1a1"}).redact("a1a1a1") == "***");
}

TEST_CASE("a short word is masked as a word only", "[config]") {
    const Redactor redactor({"health", "hunter2", "abcdefghijkl"});
    CHECK(redactor.redact("unhealthy, user=health;health:x health1") == "unhealthy, user=***;***:x ***1");
    CHECK(redactor.redact("u%3Ahealth%40h") == "u%3A***%40h");
    CHECK(redactor.redact("xhunter2y xabcdefghijkly") == "x***y x***y");
}

TEST_CASE("secrets shorter than four characters are left", "[config]") {
    CHECK(Redactor({"on", "abc", ""}).redact("on abc") == "on abc");
    CHECK(Redactor({"abcd"}).redact("on abcd") == "on ***");
    CHECK(Redactor().redact("abcd") == "abcd");
}

} // namespace probehost::test
