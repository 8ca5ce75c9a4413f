// Where the list is that the azure-openai checker asks for.
#pragma once

#include <string>

#include "net/http_url.hpp"

namespace probehost {

struct OpenAiList {
    net::HttpUrl url;
    std::string query;
};

// The endpoint as people have it in their settings: with or without slashes at the end, or the base URL of the v1 API.
// Throws net::UrlError.
net::HttpUrl openAiEndpoint(const std::string& text);

// `api` is models, deployments or v1; an empty version means the API's default.
OpenAiList openAiList(const net::HttpUrl& endpoint, const std::string& api, const std::string& version);

} // namespace probehost
