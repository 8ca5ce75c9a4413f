// What an answer of Azure OpenAI means, for strangers and for operators.
#include "openai_answer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace probehost {
namespace {

constexpr size_t kLongestWord = 64;

// What comes from outside goes to logs only as a short printable word, and never when it repeats our key; tokens are
// longer than any word.
std::string printable(const std::string& text, const OpenAiSettings& settings) {
    const bool echo = !settings.api_key.empty() && text.find(settings.api_key) != std::string::npos;
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    return plain && !echo && text.size() <= kLongestWord ? text : "";
}

std::string errorCode(const net::HttpResponse& response, const OpenAiSettings& settings) {
    using nlohmann::json;
    const auto body = json::parse(response.body, nullptr, false);
    const auto error = body.is_object() ? body.value("error", json()) : json();
    const auto code = error.is_object() ? error.value("code", json()) : json();
    return code.is_string() ? printable(code.get<std::string>(), settings) : "";
}

std::string unauthorised(const std::string& code, const OpenAiSettings& settings) {
    if (code == "PermissionDenied")
        return "the identity lacks a role here: give it Cognitive Services OpenAI User and wait five minutes";
    if (settings.entra)
        return "the Entra token was not accepted: the endpoint must be the resource's custom subdomain, of the same "
               "tenant";
    return "the key was not accepted: look at api_key, and that it belongs to this very endpoint";
}

std::string notFound(const OpenAiSettings& settings) {
    if (settings.api == "deployments")
        return "there is no such list: the service has none of deployments since 2023, so use api: models";
    return "there is no such list: look at the path in endpoint, at api and at api_version";
}

std::string advice(long status, const std::string& code, const OpenAiSettings& settings) {
    if (status == 401) return unauthorised(code, settings);
    if (status == 403)
        return "access was denied: look at the resource's firewall, private endpoint and public network access, or the "
               "role";
    if (status == 404) return notFound(settings);
    if (status == 429) return "the service is there and took the credentials, but is throttling; see throttled";
    if (status >= 500) return "the service is failing: look at Azure's status page if it goes on";
    if (status >= 300 && status < 400) return "redirects are not followed: give the final address as endpoint";
    return "only 200 is healthy";
}

} // namespace

sdk::Verdict openAiVerdict(const net::HttpResponse& response, const OpenAiSettings& settings) {
    if (response.status == 200) return response.whole(), sdk::pass();
    const auto code = errorCode(response, settings);
    const auto id = openAiRequestId(response, settings);
    auto detail = advice(response.status, code, settings);
    if (!code.empty()) detail += "; error code " + code;
    if (!id.empty()) detail += "; apim-request-id " + id;
    const auto verdict = response.status == 429 ? settings.throttled : PH_FAIL;
    if (verdict == PH_PASS) return sdk::pass(detail);
    return {verdict, "HTTP " + std::to_string(response.status) + " from Azure OpenAI", detail};
}

std::string openAiRequestId(const net::HttpResponse& response, const OpenAiSettings& settings) {
    return printable(response.header("apim-request-id"), settings);
}

std::string spokenDuration(sdk::milliseconds time) {
    const auto count = time.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + "s" : std::to_string(count) + "ms";
}

} // namespace probehost
