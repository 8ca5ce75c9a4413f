// The endpoint of Azure OpenAI as people have it, and the list that is asked for below it.
#include "azure-openai/openai_endpoint.hpp"

#include <catch2/catch.hpp>

using probehost::openAiEndpoint;
using probehost::openAiList;
using probehost::net::HttpUrl;
using probehost::net::UrlError;

TEST_CASE("openai endpoint: what people paste becomes the base of the resource", "[plugins]") {
    const auto [pasted, base] = GENERATE(table<std::string, std::string>({
        {"https://res.openai.azure.com", "https://res.openai.azure.com"},
        {"https://res.openai.azure.com/", "https://res.openai.azure.com"},
        {"https://res.openai.azure.com///", "https://res.openai.azure.com"},
        {"HTTPS://res.openai.azure.com:443/", "https://res.openai.azure.com"},
        {"https://res.openai.azure.com/openai", "https://res.openai.azure.com"},
        {"https://res.openai.azure.com/openai/v1/", "https://res.openai.azure.com"},
        {"https://gateway.example/team/openai/", "https://gateway.example/team"},
        {"https://gateway.example:8443/myopenai", "https://gateway.example:8443/myopenai"},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
        {"http://[::1]:8080/", "http://[::1]:8080"},
    }));
    CHECK(openAiEndpoint(pasted).text() == base);
}

TEST_CASE("openai endpoint: what is no endpoint is refused without being quoted", "[plugins]") {
    const auto text =
        GENERATE(as<std::string>(), "", "res", "res.openai.azure.com", "res:443", "ftp://res", "file:///etc",
                 "https://", "https://u:canary@res", "https://res?key=canary", "https://res/#canary",
                 "https://res canary", "https://res\r\ncanary", "https://res:99999");
    try {
        openAiEndpoint(text);
        FAIL("taken: " << text);
    } catch (const UrlError& error) {
        CHECK(std::string(error.what()).find("canary") == std::string::npos);
    }
}

TEST_CASE("openai endpoint: each api has its path and its version", "[plugins]") {
    const auto [api, version, wanted] = GENERATE(table<std::string, std::string, std::string>({
        {"models", "", "/openai/models?api-version=2024-10-21"},
        {"models", "2025-04-01-preview", "/openai/models?api-version=2025-04-01-preview"},
        {"deployments", "", "/openai/deployments?api-version=2024-12-01-preview"},
        {"deployments", "2023-03-15-preview", "/openai/deployments?api-version=2023-03-15-preview"},
        {"v1", "", "/openai/v1/models?"},
        {"v1", "preview", "/openai/v1/models?api-version=preview"},
    }));
    const auto list = openAiList(openAiEndpoint("https://res.example"), api, version);
    CHECK(list.url.path + "?" + list.query == wanted);
}
