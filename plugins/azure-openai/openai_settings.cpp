// The settings of one azure-openai check, read and verified.
#include "openai_settings.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace probehost {
namespace {

using sdk::ConfigError;

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string oneOf(const sdk::Settings& settings, const char* key, std::initializer_list<std::string_view> words) {
    const auto word = settings.text(key, std::string(*words.begin()));
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
    throw ConfigError(std::string(key) + ": expected one of the words of its schema");
}

int32_t verdictFor(const std::string& throttled) {
    if (throttled == "healthy") return PH_PASS;
    return throttled == "unhealthy" ? PH_FAIL : PH_WARN;
}

std::string readKey(const sdk::Settings& settings) {
    auto key = trimmed(settings.text("api_key"));
    if (std::any_of(key.begin(), key.end(), [](char c) { return c <= ' ' || c > '~'; }))
        throw ConfigError("api_key: expected a key without spaces, line ends or other unprintable characters");
    return key;
}

std::optional<OpenAiList> readList(const sdk::Settings& settings, const std::string& api) {
    const auto endpoint = trimmed(settings.text("endpoint"));
    if (endpoint.empty()) return std::nullopt;
    try {
        return openAiList(openAiEndpoint(endpoint), api, net::percentEncoded(settings.text("api_version")));
    } catch (const net::UrlError& error) {
        throw ConfigError(std::string("endpoint: ") + error.what());
    }
}

} // namespace

OpenAiSettings OpenAiSettings::from(const sdk::Settings& settings) {
    OpenAiSettings read;
    read.api = oneOf(settings, "api", {"models", "deployments", "v1"});
    read.list = readList(settings, read.api);
    read.api_key = readKey(settings);
    read.entra = oneOf(settings, "auth", {"key", "entra"}) == "entra";
    read.client_id = settings.text("client_id");
    read.ca_file = settings.text("ca_file");
    read.request_timeout = settings.duration("request_timeout", std::chrono::seconds(3));
    if (read.request_timeout.count() <= 0) throw ConfigError("request_timeout: expected more than 0");
    read.throttled = verdictFor(oneOf(settings, "throttled", {"degraded", "healthy", "unhealthy"}));
    return read;
}

} // namespace probehost
