#include "servicebus/failure.hpp"

#include <probehost/abi.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace probehost::servicebus {
namespace {

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool isThrottled(int status, std::string_view condition, std::string_view description) {
    return condition == "com.microsoft:server-busy" || status == 503 || holds(description, "being throttled");
}

bool isDisabled(std::string_view condition, std::string_view description) {
    return condition == "com.microsoft:entity-disabled" || holds(description, "currently disabled");
}

bool isUnauthorized(int status, std::string_view condition) {
    return status == 401 || condition == "amqp:unauthorized-access" || condition == "com.microsoft:auth-failed";
}

std::string unauthorizedMessage(std::string_view description) {
    if (holds(description, "ExpiredToken") || holds(description, "expired")) return "Token expired";
    if (holds(description, "claim")) return "Permission denied";
    return "Authentication failed";
}

// Nothing that looks like a signature is passed on, whoever said it.
std::string_view unsignedPart(std::string_view text) {
    return text.substr(0, std::min<size_t>(text.find("sig="), 1000));
}

// The condition comes from the peer, so only what a symbol consists of gets into a public message.
std::string errorMessage(int status, std::string_view condition) {
    std::string name;
    for (const char c : unsignedPart(condition).substr(0, 64)) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || holds("-_.:", std::string_view(&c, 1))) name += c;
    }
    if (name.empty() && status != 0) name = std::to_string(status);
    return name.empty() ? "Unexpected answer" : "Service Bus error " + name;
}

std::string messageFor(int status, std::string_view condition, std::string_view description) {
    if (isThrottled(status, condition, description)) return "Throttled by Service Bus";
    if (isDisabled(condition, description)) return "Queue or subscription disabled";
    if (isUnauthorized(status, condition)) return unauthorizedMessage(description);
    if (status == 404 || condition == "amqp:not-found") return "Queue or subscription not found";
    return errorMessage(status, condition);
}

std::string detailFor(int status, std::string_view condition, std::string_view description) {
    std::string detail = status == 0 ? "" : std::to_string(status);
    for (const auto part : {unsignedPart(condition), unsignedPart(description)}) {
        if (!detail.empty() && !part.empty()) detail += ' ';
        detail += part;
    }
    return detail;
}

} // namespace

Failure::Failure(int32_t verdict, std::string public_message, std::string operators_detail)
    : status(verdict), message(std::move(public_message)), detail(std::move(operators_detail)) {}

Failure refusal(int status, std::string_view condition, std::string_view description) {
    return {isThrottled(status, condition, description) ? PH_WARN : PH_FAIL, messageFor(status, condition, description),
            detailFor(status, condition, description)};
}

Failure unexpectedAnswer(const std::string& detail) { return {PH_FAIL, "Unexpected answer", detail}; }

} // namespace probehost::servicebus
