// Finds values that libpq would refuse without connecting to anything.
#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>

#include "postgres_settings.hpp"

namespace probehost {
namespace {

using Options = std::map<std::string, std::string>;
using sdk::ConfigError;

constexpr const char* kNumbers[] = {"connect_timeout",     "keepalives",       "keepalives_idle",
                                    "keepalives_interval", "keepalives_count", "tcp_user_timeout"};

struct Words {
    std::string_view key;
    const char* expected;
};
constexpr Words kWords[] = {
    {"sslmode", "disable, allow, prefer, require, verify-ca or verify-full"},
    {"gssencmode", "disable, prefer or require"},
    {"channel_binding", "disable, prefer or require"},
    {"target_session_attrs", "any, read-write, read-only, primary, standby or prefer-standby"},
};

// As libpq reads numbers: blanks around them are nothing, what does not fit an int is none.
bool isNumber(std::string_view text) {
    const auto blank = [](char letter) { return std::isspace(static_cast<unsigned char>(letter)) != 0; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

// libpq reads these only once it has an address to connect to.
void checkNumbers(const Options& options) {
    for (const std::string key : kNumbers) {
        const auto found = options.find(key);
        if (found != options.end() && !found->second.empty() && !isNumber(found->second))
            throw ConfigError(key + ": expected a whole number");
    }
}

std::string expectedOf(const std::string& key) {
    const auto* const found =
        std::find_if(std::begin(kWords), std::end(kWords), [&](const Words& words) { return words.key == key; });
    return found == std::end(kWords) ? "a value that libpq knows" : found->expected;
}

// What libpq says of options when it is asked to connect to a socket that cannot exist: it judges them first.
std::string complaintAbout(const Options& options) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [key, value] : options) {
        keywords.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    const std::unique_ptr<PGconn, decltype(&PQfinish)> trial(PQconnectStartParams(keywords.data(), values.data(), 0),
                                                             PQfinish);
    return trial ? PQerrorMessage(trial.get()) : "";
}

} // namespace

void checkPostgresOptions(std::map<std::string, std::string> options) {
    for (const char* key : {"hostaddr", "port"}) options.erase(key);
    options["host"] = "/dev/null";
    checkNumbers(options);
    const auto words = complaintAbout(options);
    for (const auto& [key, value] : options)
        if (words.starts_with("invalid " + key + " value")) throw ConfigError(key + ": expected " + expectedOf(key));
    if (!words.starts_with("connection to server")) throw ConfigError("url: expected settings that libpq accepts");
}

} // namespace probehost
