// Answers of token endpoints: every form of a lifetime that Azure has, and nothing taken that is no token.
#include <catch2/catch.hpp>
#include <ctime>

#include "net/entra_request.hpp"

using probehost::net::HttpResponse;
using probehost::net::NetError;
using probehost::net::readEntraToken;
using std::chrono::seconds;

namespace {

HttpResponse answer(long status, const std::string& body) { return {.status = status, .body = body}; }

std::string expiring(const std::string& how) {
    return R"({"access_token":"ey.J-0","token_type":"Bearer",)" + how + "}";
}

std::string isoIn(int hours, const char* format) {
    const auto moment = std::time(nullptr) + hours * 3600;
    std::tm parts{};
    gmtime_r(&moment, &parts);
    char text[64];
    strftime(text, sizeof(text), format, &parts);
    return text;
}

} // namespace

TEST_CASE("entra: every form of a lifetime is understood", "[plugins]") {
    const auto in_an_hour = std::to_string(std::time(nullptr) + 3600);
    const auto how = GENERATE_COPY(as<std::string>(), R"("expires_in":3600)", R"("expires_in":"3600")",
                                   R"("expires_in":3600,"expires_on":"1")", R"("expires_on":)" + in_an_hour,
                                   R"("expires_on":")" + in_an_hour + '"',
                                   R"("expires_on":")" + isoIn(1, "%Y-%m-%dT%H:%M:%SZ") + '"',
                                   R"("expires_on":")" + isoIn(1, "%Y-%m-%dT%H:%M:%S.1234567+00:00") + '"',
                                   R"("expires_on":")" + isoIn(3, "%Y-%m-%dT%H:%M:%S+02:00") + '"',
                                   R"("expires_on":")" + isoIn(-4, "%Y-%m-%dT%H:%M:%S-05:00") + '"');
    INFO(how);
    const auto token = readEntraToken(answer(200, expiring(how)));
    CHECK(token.text == "ey.J-0");
    CHECK(token.lifetime > seconds(3590));
    CHECK(token.lifetime <= seconds(3600));
}

TEST_CASE("entra: a lifetime that nobody can read is short, a mad one is bounded", "[plugins]") {
    CHECK(readEntraToken(answer(200, expiring(R"("expires_on":"soon")"))).lifetime == seconds(300));
    CHECK(readEntraToken(answer(200, expiring(R"("expires_in":999999999999)"))).lifetime <= seconds(7 * 86400));
}

TEST_CASE("entra: what is no token is an unexpected answer", "[plugins]") {
    const auto body = GENERATE(as<std::string>(), "", "[]", "{}", "{", R"({"access_token":1e999})",
                               R"({"access_token":"two words"})", R"({"access_token":"a\r\nb"})",
                               R"({"access_token":"t","expires_in":0})", R"({"access_token":"t","expires_in":"-9"})",
                               R"({"access_token":"t","expires_on":-9223372036854775808})");
    CHECK_THROWS_AS(readEntraToken(answer(200, body)), NetError);
}

TEST_CASE("entra: a refusal is told in the endpoint's words, cut to fit", "[plugins]") {
    const auto body =
        R"({"error":"invalid_client","error_description":"AADSTS700213: no )" + std::string(5000, 'x') + "\"}";
    try {
        readEntraToken(answer(401, body));
        FAIL("taken");
    } catch (const NetError& error) {
        CHECK(error.detail.find("HTTP 401 invalid_client AADSTS700213: no x") == 0);
        CHECK(error.detail.size() < 200);
    }
}
