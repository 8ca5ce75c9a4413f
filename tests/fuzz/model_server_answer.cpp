// Answers of model servers, each read in every dialect.
#include "fuzz_input.hpp"
#include "model/server_dialect.hpp"
#include "net/error.hpp"

using namespace probehost;

namespace {

void read(const ServerQuestion& question, const std::string& body, const std::string& model) {
    if (question.loaded == nullptr) return;
    try {
        question.loaded(body, model);
    } catch (const net::NetError& error) {
        fuzz::require(error.message == "Unexpected answer", "an error has its public words");
    }
}

} // namespace

// A line with the model's name, and the body.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const std::string model(parts.line());
    const std::string body(parts.rest());
    for (const char* dialect : {"llamacpp", "tei", "ollama", "openai", "kserve", "tfserving"}) {
        if (model.empty() && std::string(dialect) == "tfserving") continue;
        for (const auto& question : questionsFor(dialect, model)) read(question, body, model);
    }
    return 0;
}
