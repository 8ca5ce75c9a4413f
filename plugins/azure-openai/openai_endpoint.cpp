// Where the list is that the azure-openai checker asks for.
#include "openai_endpoint.hpp"

#include <string_view>

namespace probehost {
namespace {

bool endsWith(const std::string& text, std::string_view end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string listPath(const std::string& api) {
    if (api == "v1") return "/openai/v1/models";
    return api == "deployments" ? "/openai/deployments" : "/openai/models";
}

std::string versionOf(const std::string& api, const std::string& version) {
    if (!version.empty() || api == "v1") return version;
    return api == "deployments" ? "2024-12-01-preview" : "2024-10-21";
}

} // namespace

net::HttpUrl openAiEndpoint(const std::string& text) {
    auto url = net::HttpUrl::parse(text);
    for (const std::string_view end : {"/openai/v1", "/openai"})
        if (endsWith(url.path, end)) url.path.resize(url.path.size() - end.size());
    return url;
}

OpenAiList openAiList(const net::HttpUrl& endpoint, const std::string& api, const std::string& version) {
    OpenAiList list{endpoint, {}};
    list.url.path += listPath(api);
    if (const auto asked = versionOf(api, version); !asked.empty()) list.query = "api-version=" + asked;
    return list;
}

} // namespace probehost
