// Connection strings of Service Bus: taken apart, or refused without repeating anything that may be a key.
#include "servicebus/connection_string.hpp"
#include "fuzz_input.hpp"
#include "probehost/checker.hpp"
#include "servicebus/sas_token.hpp"

using namespace probehost;
using fuzz::require;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto text = fuzz::bytesOf(data, size);
    servicebus::sasExpiry(text);
    try {
        const auto parsed = servicebus::parseConnectionString(text);
        require(!parsed.host.empty(), "a namespace has a host");
        require(parsed.key.empty() != parsed.token.empty(), "either a key or a token is there");
        servicebus::sasToken(parsed.key_name, parsed.key, parsed.host, 1);
    } catch (const sdk::ConfigError& error) {
        require(std::string_view(error.what()).starts_with("connection_string: expected "), "a refusal says what fits");
    }
    return 0;
}
