// What a redis check is told by its configuration, checked for sense.
#include "redis_settings.hpp"

#include <sys/un.h>

namespace probehost {
namespace {

using sdk::ConfigError;

RedisUrl readServer(const sdk::Settings& settings) {
    const auto url = settings.find("url");
    if (url && (settings.find("host") || settings.find("port")))
        throw ConfigError("url: expected either url, or host and port");
    try {
        if (url) return parseRedisUrl(*url);
    } catch (const BadUrl& bad) {
        throw ConfigError(std::string("url: expected ") + bad.what());
    }
    RedisUrl server;
    server.host = settings.text("host");
    if (server.host.empty()) throw ConfigError("url: expected a URL, or a host");
    server.port = static_cast<uint16_t>(settings.integer("port", server.port));
    return server;
}

// An empty value is what an unset variable leaves behind: as if the key were not there.
void takeText(const sdk::Settings& settings, const char* key, std::optional<std::string>& value) {
    const auto text = settings.text(key);
    if (text.empty()) return;
    if (value) throw ConfigError(std::string(key) + ": expected once, but the url has it too");
    value = text;
}

void takeLogin(const sdk::Settings& settings, RedisUrl& server) {
    const bool lonely_name = server.username && !server.password;
    takeText(settings, "username", server.username);
    takeText(settings, "password", server.password);
    if (lonely_name && !server.password)
        throw ConfigError("url: expected a password after the user's name, as in redis://:PASSWORD@host");
    if (server.username && !server.password && !settings.find("password"))
        throw ConfigError("password: expected beside username; an empty one for a user without password");
    if (!settings.find("db")) return;
    if (server.db) throw ConfigError("db: expected once, but the url has it too");
    server.db = static_cast<int>(settings.integer("db", 0));
}

net::TlsSettings tlsSettings(const sdk::Settings& settings) {
    return {settings.text("/tls/ca_file"), settings.text("/tls/cert_file"), settings.text("/tls/key_file"), "tls."};
}

bool wantsTls(const sdk::Settings& settings, const RedisUrl& server) {
    if (const auto choice = settings.find("tls")) {
        if (*choice != "true" && server.tls) throw ConfigError("tls: expected true, because the url says rediss://");
        return *choice == "true";
    }
    const auto given = [&](const char* key) { return settings.find(std::string("/tls/") + key).has_value(); };
    return server.tls || given("ca_file") || given("cert_file") || given("key_file") || given("server_name");
}

void takeTls(const sdk::Settings& settings, RedisSettings& result) {
    if (!wantsTls(settings, result.server)) return;
    result.server_name = settings.text("/tls/server_name", result.server.host);
    if (result.server_name.empty()) throw ConfigError("tls.server_name: expected for TLS over a Unix socket");
    result.tls.emplace(tlsSettings(settings));
}

} // namespace

RedisSettings readRedisSettings(const sdk::Settings& settings) {
    RedisSettings result;
    result.server = readServer(settings);
    if (result.server.socket.size() >= sizeof(sockaddr_un::sun_path))
        throw ConfigError("url: expected a socket path of at most 107 bytes");
    takeLogin(settings, result.server);
    takeTls(settings, result);
    result.require = settings.text("require", "any");
    result.cluster = settings.flag("cluster");
    return result;
}

} // namespace probehost
