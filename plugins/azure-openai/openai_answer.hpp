// What an answer of Azure OpenAI means, for strangers and for operators.
#pragma once

#include <probehost/checker.hpp>
#include <string>

#include "net/http_client.hpp"
#include "openai_settings.hpp"

namespace probehost {

// The status line decides.
sdk::Verdict openAiVerdict(const net::HttpResponse& response, const OpenAiSettings& settings);

// The service's own number of this request, for its support; empty when there is none.
std::string openAiRequestId(const net::HttpResponse& response, const OpenAiSettings& settings);

// "3s", "1500ms".
std::string spokenDuration(sdk::milliseconds time);

} // namespace probehost
