// How the model servers of this world say whether a model is loaded.
#include "server_dialect.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace probehost {
namespace {

using nlohmann::json;

json parsed(const std::string& body) {
    auto value = json::parse(body, nullptr, false);
    if (!value.is_object()) throw net::NetError("Unexpected answer", "not a JSON object");
    return value;
}

bool is(const json& object, const char* key, const std::string& expected) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() && found->get_ref<const std::string&>() == expected;
}

template <typename Matches>
bool anyOf(const json& object, const char* list, Matches matches) {
    const auto found = object.find(list);
    if (found == object.end() || !found->is_array())
        throw net::NetError("Unexpected answer", std::string("no list ") + list);
    return std::any_of(found->begin(), found->end(), matches);
}

// Not every server that follows this protocol sends the body it describes; the status says the same.
bool kserveReady(const std::string& body, const std::string&) {
    const auto value = json::parse(body, nullptr, false);
    const auto found = value.is_object() ? value.find("ready") : value.end();
    return found == value.end() || !found->is_boolean() || found->get<bool>();
}

bool openAiLists(const std::string& body, const std::string& model) {
    return anyOf(parsed(body), "data", [&](const json& one) { return model.empty() || is(one, "id", model); });
}

bool ollamaLists(const std::string& body, const std::string& model) {
    return anyOf(parsed(body), "models", [&](const json& one) {
        return model.empty() || is(one, "name", model) || is(one, "name", model + ":latest");
    });
}

bool teiServes(const std::string& body, const std::string& model) { return is(parsed(body), "model_id", model); }

bool tensorFlowServes(const std::string& body, const std::string&) {
    return anyOf(parsed(body), "model_version_status", [](const json& one) { return is(one, "state", "AVAILABLE"); });
}

bool endsWith(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

} // namespace

std::vector<ServerQuestion> questionsFor(const std::string& dialect, const std::string& model) {
    const auto name = net::percentEncoded(model);
    const bool any = model.empty();
    if (dialect == "llamacpp") return {{"/health", nullptr}};
    if (dialect == "tei" && any) return {{"/health", nullptr}};
    if (dialect == "tei") return {{"/health", nullptr}, {"/info", teiServes}};
    if (dialect == "ollama") return {{"/api/tags", ollamaLists}};
    if (dialect == "openai") return {{"/v1/models", openAiLists}};
    if (dialect == "kserve" && any) return {{"/v2/health/ready", kserveReady}};
    if (dialect == "kserve") return {{"/v2/models/" + name + "/ready", kserveReady, true}};
    if (dialect != "tfserving") throw sdk::ConfigError("dialect: expected one of the words of its schema");
    if (any) throw sdk::ConfigError("model: expected the model's name, which tfserving needs");
    return {{"/v1/models/" + name, tensorFlowServes, true}};
}

net::HttpUrl serverBase(net::HttpUrl url, const std::string& dialect) {
    if (dialect == "openai" && endsWith(url.path, "/v1")) url.path.resize(url.path.size() - 3);
    return url;
}

} // namespace probehost
