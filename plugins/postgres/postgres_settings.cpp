// What a postgres check is told by its configuration, checked for sense.
#include "postgres_settings.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <memory>

#include "net/system_authorities.hpp"

namespace probehost {
namespace {

using Options = std::map<std::string, std::string>;
using sdk::ConfigError;
using OptionList = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

constexpr auto kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr const char* kOwnKeys[] = {"host",        "port",    "dbname", "user",        "password",        "sslmode",
                                    "sslrootcert", "sslcert", "sslkey", "sslpassword", "application_name"};

// libpq's own words about a bad string quote it, password and all, so they are never passed on.
Options parseUrl(const std::string& url) {
    char* words = nullptr;
    const OptionList list(PQconninfoParse(url.c_str(), &words), PQconninfoFree);
    PQfreemem(words);
    if (!list)
        throw ConfigError("url: expected a postgresql:// URI or key=value pairs, special characters percent-encoded");
    Options options;
    for (const auto* option = list.get(); option->keyword != nullptr; option++)
        if (option->val != nullptr) options[option->keyword] = option->val;
    return options;
}

// An empty value is what an unset variable leaves behind: as if the key were not there.
void addOwnKeys(const sdk::Settings& settings, Options& options) {
    for (const std::string key : kOwnKeys) {
        const auto value = settings.text(key);
        if (value.empty()) continue;
        if (options.contains(key)) throw ConfigError(key + ": expected once, but the url has it too");
        options[key] = value;
    }
}

// Where the configuration names no server, libpq's environment variables and its own defaults do.
void addDefaultHost(Options& options) {
    const OptionList list(PQconndefaults(), PQconninfoFree);
    if (!list) return;
    const bool named = options.contains("host") || options.contains("hostaddr");
    for (const auto* option = list.get(); option->keyword != nullptr; option++) {
        const std::string key = option->keyword;
        const bool wanted = key == "port" || (!named && (key == "host" || key == "hostaddr"));
        if (wanted && option->val != nullptr) options.try_emplace(key, option->val);
    }
}

std::string take(Options& options, const std::string& key) {
    const auto node = options.extract(key);
    return node ? node.mapped() : std::string();
}

std::vector<PostgresHost> takeHosts(Options& options) {
    addDefaultHost(options);
    auto name = take(options, "host");
    const auto address = take(options, "hostaddr");
    if (name.empty() && address.empty()) name = "/var/run/postgresql";
    return splitHosts(name, address, take(options, "port"));
}

// libpq asks for the session's kind only when it connects; a kept connection has to be asked each time.
std::string requirement(const sdk::Settings& settings, const std::string& session_attributes) {
    if (const auto own = settings.find("require")) return *own;
    if (session_attributes == "primary" || session_attributes == "read-write") return "primary";
    if (session_attributes == "standby" || session_attributes == "read-only") return "standby";
    return "any";
}

void trust(Options& options) {
    auto& file = options["sslrootcert"];
    const bool verifies = options.contains("sslmode") && options["sslmode"].starts_with("verify-");
    if (file == "system" || (file.empty() && verifies)) file = kSystemAuthorities;
    if (file == kSystemAuthorities && access(kSystemAuthorities, R_OK) != 0)
        throw ConfigError("sslrootcert: expected a file; " + net::lackOfAuthorities("sslrootcert"));
    for (const std::string key : {"sslrootcert", "sslcert", "sslkey"})
        if (options.contains(key) && !options[key].empty() && access(options[key].c_str(), R_OK) != 0)
            throw ConfigError(key + ": expected a readable file");
}

void addFixed(Options& options) {
    options.try_emplace("application_name", "probehost");
    options["target_session_attrs"] = "any"; // which the environment would say else; `require` is judged by a query
    options["gssencmode"] = "disable";       // else libpq reads Kerberos' files, and may talk to its servers
}

} // namespace

PostgresSettings readPostgresSettings(const sdk::Settings& settings) {
    PostgresSettings result;
    auto& options = result.options;
    const auto url = settings.text("url");
    if (!url.empty()) options = parseUrl(url);
    if (options.contains("service")) throw ConfigError("url: expected no service, its files are not read");
    if (options.contains("dbname") && options["dbname"].find('@') != std::string::npos)
        throw ConfigError("url: expected special characters of a password to be percent-encoded");
    addOwnKeys(settings, options);
    if (options.empty()) throw ConfigError("url: expected a url, or at least a host");
    checkPostgresOptions(options);
    result.hosts = takeHosts(options);
    result.require = requirement(settings, take(options, "target_session_attrs"));
    trust(options);
    addFixed(options);
    result.query = settings.text("query", "SELECT 1");
    return result;
}

} // namespace probehost
