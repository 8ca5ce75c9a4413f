// What Service Bus says when it refuses, in words for strangers and in its own for operators.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace probehost::servicebus {

// A refusal by the service. `status` is PH_WARN or PH_FAIL; `message` is public, `detail` the operator's.
// `answered` is true when it came as the answer to a request, so that the conversation can go on.
struct Failure : std::exception {
    Failure(int32_t verdict, std::string public_message, std::string operators_detail);
    const char* what() const noexcept override { return message.c_str(); }

    int32_t status;
    std::string message;
    std::string detail;
    bool answered = false;
};

// An error of the service: the number of an answer (0: none), AMQP's condition, and the service's own words.
Failure refusal(int status, std::string_view condition, std::string_view description);

Failure unexpectedAnswer(const std::string& detail);

} // namespace probehost::servicebus
