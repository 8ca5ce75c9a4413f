// Answers of Azure OpenAI, or of whatever stands in its place: judged, and never with the key in any text.
#include "azure-openai/openai_answer.hpp"

#include "http_answer.hpp"

using namespace probehost;
using fuzz::require;

namespace {

void judge(const net::HttpResponse& response, const OpenAiSettings& settings) {
    const auto verdict = openAiVerdict(response, settings);
    const bool lenient = response.status == 200 || response.status == 429;
    require(lenient || verdict.status == PH_FAIL, "only 200 and 429 are anything but unhealthy");
    require(verdict.status == PH_PASS || !verdict.message.empty(), "who does not pass says why");
    for (const auto& text : {verdict.message, verdict.detail, openAiRequestId(response, settings)})
        require(text.find(settings.api_key) == std::string::npos, "the key is repeated nowhere");
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const auto response = fuzz::answerIn(parts);
    OpenAiSettings settings;
    settings.api_key = "k3y";
    judge(response, settings);
    settings.api = "deployments";
    settings.entra = true;
    settings.throttled = PH_PASS;
    judge(response, settings);
    if (const auto pause = response.retryAfter()) require(pause->count() > 0, "a pause takes time");
    return 0;
}
