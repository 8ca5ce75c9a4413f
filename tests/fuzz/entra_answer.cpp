// Answers of a token endpoint: a token that fits a header and lives for a while, or an error without any of it.
#include "http_answer.hpp"
#include "net/entra_request.hpp"

using namespace probehost;
using fuzz::require;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    try {
        const auto token = net::readEntraToken(fuzz::answerIn(parts));
        require(token.lifetime.count() > 0 && token.lifetime <= std::chrono::hours(168), "a token's life is bounded");
        require(token.text.find_first_of("\r\n ") == std::string::npos, "a token fits a header");
    } catch (const net::NetError& error) {
        require(error.message == "Unexpected answer", "an error has its public words");
        require(error.detail.size() < 300, "an error is short");
    }
    return 0;
}
