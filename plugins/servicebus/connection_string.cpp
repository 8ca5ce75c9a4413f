#include "servicebus/connection_string.hpp"

#include <strings.h>

#include <charconv>
#include <probehost/checker.hpp>

namespace probehost::servicebus {
namespace {

const std::string kSettingName = "connection_string";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

uint16_t parsePort(std::string_view text, const std::string& setting) {
    uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) {
        throw sdk::ConfigError(setting + ": expected a port from 1 to 65535 after the host");
    }
    return port;
}

// A proxy's or a portal's https:// address is not where AMQP is spoken.
void requireAmqpScheme(std::string_view endpoint) {
    const auto end = endpoint.find("://");
    if (end == std::string_view::npos) return;
    for (const std::string_view known : {"sb", "amqps", "amqp"})
        if (sameWord(endpoint.substr(0, end), known)) return;
    throw sdk::ConfigError(kSettingName + ": expected an Endpoint that begins with sb://");
}

bool parseFlag(std::string_view word, const char* name) {
    if (!sameWord(word, "true") && !sameWord(word, "false"))
        throw sdk::ConfigError(kSettingName + ": expected " + name + " to be true or false");
    return sameWord(word, "true");
}

// Keys end in '=' often, so only the first '=' separates. Words that other clients know are not ours to refuse.
void take(std::string_view part, ConnectionString& into) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
        throw sdk::ConfigError(kSettingName + ": expected KEY=VALUE parts separated by semicolons");
    }
    const auto name = trimmed(part.substr(0, equals));
    const std::string value(trimmed(part.substr(equals + 1)));
    if (sameWord(name, "Endpoint")) {
        requireAmqpScheme(value);
        parseEndpoint(value, kSettingName, into.host, into.port);
    }
    if (sameWord(name, "SharedAccessKeyName")) into.key_name = value;
    if (sameWord(name, "SharedAccessKey")) into.key = value;
    if (sameWord(name, "SharedAccessSignature")) into.token = value;
    if (sameWord(name, "EntityPath")) into.entity_path = value;
    if (sameWord(name, "UseDevelopmentEmulator")) into.emulator = parseFlag(value, "UseDevelopmentEmulator");
}

// The emulator has one rule and one key, the same everywhere and written in its documentation.
void addEmulatorsKey(ConnectionString& parsed) {
    if (!parsed.emulator || !parsed.token.empty()) return;
    if (parsed.key_name.empty()) parsed.key_name = "RootManageSharedAccessKey";
    if (parsed.key.empty()) parsed.key = "SAS_KEY_VALUE";
}

void verify(const ConnectionString& parsed) {
    const auto expected = [](const char* what) { return sdk::ConfigError(kSettingName + ": expected " + what); };
    if (parsed.host.empty()) throw expected("an Endpoint, such as Endpoint=sb://NAMESPACE.servicebus.windows.net/");
    if (!parsed.token.empty() && !parsed.key.empty()) {
        throw expected("either SharedAccessKey or SharedAccessSignature, not both");
    }
    if (parsed.token.empty() && parsed.key.empty()) throw expected("SharedAccessKey or SharedAccessSignature");
    if (parsed.token.empty() && parsed.key_name.empty()) throw expected("SharedAccessKeyName with SharedAccessKey");
}

} // namespace

bool sameWord(std::string_view left, std::string_view right) {
    return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

void parseEndpoint(std::string_view text, const std::string& setting, std::string& host, uint16_t& port) {
    if (const auto scheme = text.find("://"); scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
    text = text.substr(0, text.find('/'));
    const bool bracketed = !text.empty() && text.front() == '[';
    const auto end = bracketed ? text.find(']') : text.find(':');
    if (bracketed && end == std::string_view::npos)
        throw sdk::ConfigError(setting + ": expected ']' after an IPv6 address");
    host = std::string(bracketed ? text.substr(1, end - 1) : text.substr(0, end));
    if (host.find_first_of(" @?#") != std::string::npos) throw sdk::ConfigError(setting + ": expected a host name");
    if (end == std::string_view::npos) return;
    const auto rest = text.substr(bracketed ? end + 1 : end);
    if (rest.empty()) return;
    if (rest.front() != ':') throw sdk::ConfigError(setting + ": expected a host name");
    port = parsePort(rest.substr(1), setting);
}

ConnectionString parseConnectionString(std::string_view text) {
    ConnectionString parsed;
    while (!text.empty()) {
        const auto end = std::min(text.find(';'), text.size());
        if (const auto part = trimmed(text.substr(0, end)); !part.empty()) take(part, parsed);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    addEmulatorsKey(parsed);
    verify(parsed);
    return parsed;
}

} // namespace probehost::servicebus
