// What the admin socket takes: PUT /admin/state/KEY with "loaded" or "unloaded", POST /admin/reload.
#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/StreamCopier.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <chrono>
#include <optional>
#include <set>
#include <sstream>

#include "http/answer_writing.hpp"
#include "http/handlers.hpp"
#include "http/handlers_of.hpp"
#include "http/report_json.hpp"

namespace probehost {

namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::string_view statePath = "/admin/state/";
constexpr std::string_view reloadPath = "/admin/reload";
constexpr std::chrono::seconds longestReload{45}; // plugins are tried, for a few seconds each

Answer renderReload(const ReloadOutcome& outcome) {
    Poco::JSON::Array::Ptr findings = new Poco::JSON::Array;
    for (const auto& finding : outcome.findings) findings->add(finding);
    Poco::JSON::Object body(Poco::JSON_PRESERVE_KEY_ORDER);
    body.set("reloaded", outcome.reloaded);
    body.set("findings", findings);
    std::ostringstream text;
    body.stringify(text);
    return {outcome.reloaded ? 200 : 422, text.str()};
}

// The body may be a word, JSON true or false, or {"state": word}; an empty one means yes.
std::optional<bool> yesOrNo(std::string word) {
    static const std::set<std::string> yes = {"", "loaded", "ready", "true", "1", "yes", "ok", "alive"};
    static const std::set<std::string> no = {"unloaded", "loading", "failed", "false", "0", "no", "stopping"};
    word = Poco::toLower(Poco::trim(word));
    if (word.size() >= 2 && word.front() == '"' && word.back() == '"') word = word.substr(1, word.size() - 2);
    if (yes.contains(word)) return true;
    if (no.contains(word)) return false;
    return std::nullopt;
}

std::optional<bool> readState(const std::string& body) {
    if (!Poco::trim(body).starts_with("{")) return yesOrNo(body);
    try {
        const auto object = Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
        for (const char* name : {"state", "loaded", "ready", "value"}) {
            if (object->has(name)) return yesOrNo(object->get(name).toString());
        }
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
    return std::nullopt;
}

Answer put(AppState& state, const std::string& key, const std::string& body) {
    const auto said = readState(body);
    if (!said) return {400, renderError("Expected loaded or unloaded as the body")};
    if (!state.say(key, *said)) return {400, renderError("Expected a key of 1 to 128 characters")};
    return {200, *said ? R"({"state":"loaded"})" : R"({"state":"unloaded"})"};
}

Answer get(AppState& state, const std::string& key) {
    const auto said = state.find(key);
    if (!said) return {404, renderError("Nothing was said under this key")};
    return {200, said->yes ? R"({"state":"loaded"})" : R"({"state":"unloaded"})"};
}

Answer reload(HealthSource& source) {
    auto outcome = source.requestReload();
    if (outcome.wait_for(longestReload) != std::future_status::ready)
        return {504, renderError("The reload goes on; the log will tell")};
    return renderReload(outcome.get());
}

class AdminHandler final : public Poco::Net::HTTPRequestHandler {
  public:
    explicit AdminHandler(HealthSource& source) : source_(source) {}

    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
        const auto path = Poco::URI(request.getURI()).getPath();
        if (path == reloadPath && request.getMethod() == "POST") return send(response, reload(source_));
        if (!path.starts_with(statePath)) return send(response, {404, renderError("No such path")});
        const auto key = path.substr(statePath.size());
        if (request.getMethod() == "GET") return send(response, get(source_.appState(), key));
        if (request.getMethod() != "PUT") {
            response.set("Allow", "GET, PUT");
            return send(response, {405, renderError("Method not allowed")});
        }
        std::string body;
        Poco::StreamCopier::copyToString(request.stream(), body);
        send(response, put(source_.appState(), key, body));
    }

  private:
    HealthSource& source_;
};

} // namespace

Poco::Net::HTTPRequestHandlerFactory::Ptr adminHandlers(HealthSource& source) {
    return new HandlersOf<AdminHandler>(source);
}

} // namespace probehost
