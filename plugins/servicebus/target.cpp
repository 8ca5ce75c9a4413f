#include "servicebus/target.hpp"

namespace probehost::servicebus {
namespace {

constexpr uint16_t kAmqpsPort = 5671;
constexpr uint16_t kPlainPort = 5672;
constexpr uint16_t kHttpsPort = 443;

std::string uriHost(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

Mode modeFrom(const std::string& word) {
    if (word == "peek") return Mode::Peek;
    if (word == "attach") return Mode::Attach;
    if (word == "token") return Mode::Token;
    throw sdk::ConfigError("mode: expected peek, attach or token");
}

bool isWebSocket(const std::string& word) {
    if (word != "amqp" && word != "websocket") throw sdk::ConfigError("transport: expected amqp or websocket");
    return word == "websocket";
}

bool isWithin(const std::string& entity, const std::string& path) {
    if (!sameWord(path.substr(0, entity.size()), entity)) return false;
    return path.size() == entity.size() || path[entity.size()] == '/';
}

// A key of one entity opens no other; what lies below it, such as its dead letters, is its own.
void requireWithin(const std::string& entity_path, const std::string& named, const char* key) {
    if (entity_path.empty() || named.empty() || isWithin(entity_path, named)) return;
    throw sdk::ConfigError(std::string(key) + ": expected what the connection string's EntityPath names, or no " + key);
}

// The address of a queue or subscription, where EntityPath stands in for a queue or topic that is not named.
std::string entityFrom(const sdk::Settings& settings, const std::string& entity_path) {
    auto queue = settings.text("queue");
    const auto subscription = settings.text("subscription");
    auto topic = settings.text("topic");
    if (!queue.empty() && !(topic.empty() && subscription.empty())) {
        throw sdk::ConfigError("queue: expected either a queue, or a topic and a subscription");
    }
    requireWithin(entity_path, queue, "queue");
    if (!queue.empty()) return queue;
    if (topic.empty() && !subscription.empty()) topic = entity_path;
    if (topic.empty() != subscription.empty()) {
        throw sdk::ConfigError(std::string(topic.empty() ? "topic" : "subscription") +
                               ": expected a topic and a subscription together");
    }
    requireWithin(entity_path, topic.empty() ? topic : topic + "/Subscriptions/" + subscription, "topic");
    if (!topic.empty()) return topic + "/Subscriptions/" + subscription;
    if (entity_path.empty()) throw sdk::ConfigError("queue: expected a queue, or a topic and a subscription");
    return entity_path;
}

uint16_t portFrom(const sdk::Settings& settings, const Target& target) {
    const uint16_t usual = target.websocket ? kHttpsPort : target.tls ? kAmqpsPort : kPlainPort;
    const long port = settings.integer("port", target.port == 0 ? usual : target.port);
    if (port < 1 || port > 65535) throw sdk::ConfigError("port: expected a number from 1 to 65535");
    return static_cast<uint16_t>(port);
}

void takeNamespace(const std::string& name, Target& target) {
    if (name.find('/') != std::string::npos) throw sdk::ConfigError("namespace: expected a host name, without // or /");
    parseEndpoint(name, "namespace", target.host, target.port);
    if (target.host.empty()) throw sdk::ConfigError("namespace: expected a name");
    const bool short_name = target.host.find_first_of(".:") == std::string::npos;
    if (short_name) target.host += ".servicebus.windows.net";
}

} // namespace

std::string Target::audience() const { return "sb://" + uriHost(host) + "/" + entity; }

std::string Target::hostAndPort() const { return uriHost(host) + ":" + std::to_string(port); }

std::optional<ConnectionString> connectionStringFrom(const sdk::Settings& settings) {
    const auto text = settings.text("connection_string");
    const bool has_namespace = !settings.text("namespace").empty();
    if (text.empty() && !has_namespace) {
        throw sdk::ConfigError("connection_string: expected a connection string, or namespace and auth: entra");
    }
    if (!text.empty() && has_namespace) {
        throw sdk::ConfigError("namespace: expected either a connection string or a namespace");
    }
    if (text.empty()) {
        if (settings.text("auth") != "entra") throw sdk::ConfigError("auth: expected entra, as namespace has no key");
        return std::nullopt;
    }
    for (const char* name : {"auth", "client_id"}) {
        if (settings.find(name)) throw sdk::ConfigError(std::string(name) + ": expected together with namespace only");
    }
    return parseConnectionString(text);
}

Target targetFrom(const sdk::Settings& settings, const std::optional<ConnectionString>& given) {
    Target target;
    target.mode = modeFrom(settings.text("mode", "peek"));
    target.websocket = isWebSocket(settings.text("transport", "amqp"));
    if (given) {
        target.host = given->host;
        target.port = given->port;
        target.tls = !given->emulator;
    } else {
        takeNamespace(settings.text("namespace"), target);
    }
    if (target.websocket && !target.tls)
        throw sdk::ConfigError("transport: expected amqp, as the emulator has no WebSockets");
    if (!target.tls && settings.find("ca_file")) {
        throw sdk::ConfigError("ca_file: expected without UseDevelopmentEmulator, as the emulator has no TLS");
    }
    target.port = portFrom(settings, target);
    target.entity = entityFrom(settings, given ? given->entity_path : "");
    return target;
}

} // namespace probehost::servicebus
