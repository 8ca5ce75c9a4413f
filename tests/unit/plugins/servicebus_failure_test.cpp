// What the service says, in words for strangers.
#include <probehost/abi.h>

#include <catch2/catch.hpp>

#include "servicebus/answer.hpp"
#include "servicebus/failure.hpp"

using namespace probehost::servicebus;

TEST_CASE("a refusal has a short public message, and its own words only in the detail", "[servicebus]") {
    const auto [status, condition, description, message] = GENERATE(table<int, std::string, std::string, std::string>({
        {401, "", "InvalidSignature: The token has an invalid signature.", "Authentication failed"},
        {401, "", "InvalidAudience: sb://ns/q", "Authentication failed"},
        {401, "", "ExpiredToken: The token is expired.", "Token expired"},
        {0, "amqp:unauthorized-access", "'Listen' claim(s) are required", "Permission denied"},
        {0, "com.microsoft:auth-failed", "", "Authentication failed"},
        {404, "", "The messaging entity 'sb://ns/q' could not be found.", "Queue or subscription not found"},
        {0, "amqp:not-found", "", "Queue or subscription not found"},
        {400, "com.microsoft:entity-disabled", "", "Queue or subscription disabled"},
        {403, "", "Messaging entity 'sb://ns/q' is currently disabled.", "Queue or subscription disabled"},
        {503, "", "", "Throttled by Service Bus"},
        {0, "com.microsoft:server-busy", "", "Throttled by Service Bus"},
        {500, "amqp:internal-error", "", "Service Bus error amqp:internal-error"},
        {410, "", "", "Service Bus error 410"},
        {500, "<b>evil</b> sb://ns", "", "Service Bus error bevilbsb:ns"},
        {0, "", "", "Unexpected answer"},
    }));
    const auto failure = refusal(status, condition, description + " TrackingId:1234");
    CHECK(failure.message == message);
    CHECK(failure.status == (message == "Throttled by Service Bus" ? PH_WARN : PH_FAIL));
    CHECK(failure.detail.find(description + " TrackingId:1234") != std::string::npos);
}

TEST_CASE("a signature that is repeated to us goes no further", "[servicebus]") {
    const auto failure = refusal(401, "", "SharedAccessSignature sr=x&sig=hush&se=1&skn=rule");
    CHECK(failure.detail.find("hush") == std::string::npos);
    CHECK(refusal(401, "sig=hush", "").detail.find("hush") == std::string::npos);
    CHECK(refusal(500, "amqp:x sig=hush", "").message == "Service Bus error amqp:x");
}

TEST_CASE("a condition of any length makes a short message", "[servicebus]") {
    CHECK(refusal(500, std::string(1000, 'x'), std::string(100000, 'y')).message.size() < 100);
    CHECK(refusal(500, std::string(1000, 'x'), std::string(100000, 'y')).detail.size() < 2100);
}

TEST_CASE("what is no AMQP message is an unexpected answer", "[servicebus]") {
    const auto text = GENERATE(as<std::string>(), std::string("\0", 1), std::string("\0\x53\x73", 3), "garbage",
                               std::string("\0\x53\x77\xa1\xff", 5), std::string("\0\0\0\0\0\0\0\0", 8));
    CHECK_THROWS_AS(parseAnswer(text), Failure);
}

TEST_CASE("an answer is read up to its body, which may be cut", "[servicebus]") {
    // Properties with correlation-id "7" as their sixth field; statusCode 204; then a body that never ends.
    const std::string wire = std::string("\0\x53\x73\xc0\x09\x06\x40\x40\x40\x40\x40\xa1\x01", 13) + "7" +
                             std::string("\0\x53\x74\xc1\x0f\x02\xa1\x0a", 8) + "statusCode" +
                             std::string("\x71\0\0\0\xcc", 5) + std::string("\0\x53\x77\xd1\xff", 5);
    const auto answer = parseAnswer(wire);
    CHECK(answer.correlation_id == "7");
    CHECK(answer.status == 204);
    CHECK(answer.good());
}
