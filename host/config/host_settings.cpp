// Reading of server, admin and plugins, and the rules their values follow.
#include "config/host_settings.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "config/probe_names.hpp"
#include "config/text_file.hpp"

namespace probehost {

namespace {

constexpr std::size_t maxSocketPath = 107; // sockaddr_un
constexpr auto pathCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._~-";

void addListenAddress(ConfigSection& section, const ConfigSection::Item& item, std::vector<ListenAddress>& addresses) {
    const auto parsed = parseListenAddress(item.node->text);
    if (const auto* wrong = std::get_if<std::string>(&parsed)) {
        section.error(*item.node, item.path, *wrong + ", found " + shownValue(*item.node));
        return;
    }
    const auto& address = std::get<ListenAddress>(parsed);
    if (address.port != 0 && std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
        section.error(*item.node, item.path, "the same address stands in the list already; leave one out");
        return;
    }
    addresses.push_back(address);
}

void readListen(ConfigSection& section, ServerSettings& server) {
    const auto items = section.texts("listen", "[\"0.0.0.0:8000\"]");
    if (!items) return;
    server.listen.clear();
    for (const auto& item : *items) addListenAddress(section, item, server.listen);
    const auto* list = section.node("listen");
    if (list->items.empty()) section.error("listen", "expected at least one address such as 0.0.0.0:8000");
}

std::string wrongWithAlias(const std::string& path) {
    if (!path.starts_with('/')) return "an alias is a path and begins with \"/\"";
    if (path.size() < 2 || path.size() > 128 || path.find_first_not_of(pathCharacters) != std::string::npos) {
        return "expected a path of 2 to 128 letters, digits and /._~-";
    }
    for (const std::string taken : {"/health", "/metrics", "/admin"}) {
        if (path == taken || path.starts_with(taken + "/")) return "the host uses " + taken + " itself; choose another";
    }
    return "";
}

void readAliases(ConfigSection& section, ServerSettings& server) {
    const auto* node = section.node("aliases");
    ConfigSection aliases = section.section("aliases");
    if (node == nullptr || !node->isMap()) return;
    for (const auto& [path, line, value] : node->members) {
        if (const auto wrong = wrongWithAlias(path); !wrong.empty()) aliases.error(path, wrong);
        const auto probe = aliases.choice(path, probeNames());
        if (probe) server.aliases[path] = allProbes.at(*probe);
    }
}

void readToken(ConfigSection& section, ServerSettings& server) {
    const auto token = section.text("token");
    if (!token) return;
    const bool sendable = std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c < '\x7F'; });
    if (!sendable) section.error("token", "expected printable ASCII without spaces, since it travels in a header");
    server.token = *token;
}

std::optional<std::string> readSocket(ConfigSection& section, std::string_view key, const std::string& file) {
    const auto text = section.text(key);
    if (!text) return std::nullopt;
    if (!text->starts_with("unix:") || text->size() == 5) {
        section.error(key, "expected unix:PATH such as unix:/run/probehost/admin.sock");
        return std::nullopt;
    }
    const auto path = besideFile(file, text->substr(5));
    if (path.size() > maxSocketPath) section.error(key, "the path of a socket has at most 107 bytes");
    return path;
}

void readLimits(ConfigSection section, ServerLimits& limits) {
    limits.connections = section.count("connections", 1).value_or(limits.connections);
    limits.perAddress = section.count("per_address", 0).value_or(limits.perAddress);
    limits.requestLine = section.count("request_line", 256).value_or(limits.requestLine);
    limits.headerBytes = section.count("header_bytes", 512).value_or(limits.headerBytes);
    limits.headerCount = section.count("header_count", 8).value_or(limits.headerCount);
    const DurationLimits times{milliseconds(100), std::chrono::minutes(5)};
    limits.headerTime = section.duration("header_time", times).value_or(limits.headerTime);
    limits.keepAlive = section.duration("keep_alive", times).value_or(limits.keepAlive);
    section.rejectUnknown();
}

} // namespace

void readServer(ConfigSection section, ServerSettings& server) {
    readListen(section, server);
    if (const auto details = section.choice("details", {"full", "terse"})) {
        server.details = *details == 0 ? Details::Full : Details::Terse;
    }
    readToken(section, server);
    server.wait = section.duration("wait", {milliseconds(0), std::chrono::minutes(1)}).value_or(server.wait);
    server.drainDelay =
        section.duration("drain_delay", {milliseconds(0), std::chrono::hours(1)}).value_or(server.drainDelay);
    readAliases(section, server);
    readLimits(section.section("limits"), server.limits);
    section.rejectUnknown();
}

void readAdmin(ConfigSection section, const std::string& file, AdminSettings& admin) {
    if (const auto socket = readSocket(section, "listen", file)) {
        admin.socket = *socket;
        admin.socketWritten = true;
        admin.notifySocket = (std::filesystem::path(*socket).parent_path() / "notify.sock").string();
    }
    if (const auto socket = readSocket(section, "notify", file)) {
        admin.notifySocket = *socket;
        admin.notifyWritten = true;
    }
    if (admin.notifySocket == admin.socket) section.error("notify", "expected another path than that of admin.listen");
    section.rejectUnknown();
}

void readPlugins(ConfigSection section, const std::string& file, PluginSettings& plugins) {
    plugins.pathWritten = section.node("path") != nullptr;
    if (const auto items = section.texts("path", "[/usr/lib/probehost/plugins]")) {
        for (const auto& item : *items) {
            plugins.path.push_back(besideFile(file, item.node->text));
            plugins.lines.emplace(plugins.path.back(), item.node->line);
        }
        if (section.node("path")->items.empty()) section.error("path", "expected at least one directory");
    }
    plugins.watch = section.flag("watch").value_or(plugins.watch);
    section.rejectUnknown();
}

} // namespace probehost
