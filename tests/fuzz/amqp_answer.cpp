// Answers of $cbs and $management, as bytes of AMQP: understood up to their body, or an unexpected answer.
#include "fuzz_input.hpp"
#include "servicebus/answer.hpp"
#include "servicebus/failure.hpp"

using namespace probehost;
using fuzz::require;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    try {
        const auto answer = servicebus::parseAnswer(fuzz::bytesOf(data, size));
        const auto refusal = servicebus::refusal(answer.status, answer.condition, answer.description);
        require(!refusal.message.empty() && refusal.message.size() < 100, "a refusal has words for strangers");
        require(refusal.detail.find("sig=") == std::string::npos, "no signature is passed on");
    } catch (const servicebus::Failure& failure) {
        require(failure.message == "Unexpected answer", "an error has its public words");
    }
    return 0;
}
