// Short words for what PostgreSQL, PgBouncer and libpq say when something fails.
#include "postgres_errors.hpp"

#include <openssl/x509.h>

#include <algorithm>
#include <cctype>

namespace probehost {
namespace {

struct ByState {
    std::string_view state;
    const char* message;
    bool elsewhere;
};

constexpr ByState kStates[] = {
    {"28P01", "Authentication failed", false},
    {"28000", "Authentication failed", false},
    {"3D000", "Database does not exist", false},
    {"57P04", "Database does not exist", false},
    {"53300", "Too many connections", true},
    {"53200", "Out of memory", true},
    {"53100", "Disk full", true},
    {"57P01", "Shutting down", true},
    {"57P02", "Shutting down", true},
    {"57P03", "Starting up", true},
    {"57P05", "Connection closed", true},
    {"42501", "Permission denied", false},
    {"25006", "Read-only", true},
    {"57014", "Query cancelled", false},
};

struct ByPhrase {
    std::string_view phrase;
    const char* message;
    bool connectionLevel;
};

// What PgBouncer says is all one SQLSTATE (08P01); and a server that shuts down says what one that starts does.
constexpr ByPhrase kServerPhrases[] = {
    {"the database system is shutting down", "Shutting down", false},
    {"no such database", "Database does not exist", false},
    {"no such user", "Authentication failed", false},
    {"authentication failed", "Authentication failed", false},
    {"no more connections allowed", "Too many connections", false},
    {"too many connections", "Too many connections", false},
    {"query_wait_timeout", "Server not reachable", false},
    {"server_login_retry", "Server not reachable", false},
    {"cannot connect to server", "Server not reachable", false},
    {"server login failed", "Server not reachable", false},
    {"server conn crashed", "Server not reachable", false},
    {"server closed the connection", "Server not reachable", false},
    {"is shutting down", "Shutting down", false},
    {"unsupported startup parameter", "Startup parameter refused", false},
};

constexpr ByPhrase kClientPhrases[] = {
    {"certificate verify failed", "TLS certificate not trusted", false},
    {"does not match host name", "TLS certificate does not match", false},
    {"server does not support SSL", "TLS not supported", false},
    {"alert certificate required", "TLS client certificate required", false},
    {"Connection refused", "Connection refused", true},
    {"No such file or directory", "Connection refused", true},
    {"Connection reset", "Connection reset", true},
    {"Broken pipe", "Connection reset", true},
    {"Network is unreachable", "Network unreachable", true},
    {"No route to host", "Network unreachable", true},
    {"Cannot assign requested address", "Network unreachable", true},
    {"Connection timed out", "Connection timed out", true},
    {"server closed the connection", "Connection closed", true},
    {"EOF detected", "Connection closed", true},
    {"unexpected eof", "Connection closed", true},
    {"no password supplied", "Authentication required", false},
    {"server signature", "Authentication failed", false},
    {"SCRAM", "Authentication failed", false},
    {"authentication method", "Authentication failed", false},
    {"SSL negotiation", "Unexpected answer", false},
    {"expected authentication request", "Unexpected answer", false},
    {"authentication request", "Unexpected answer", false},
    {"protocol", "Unexpected answer", false},
    {"lost synchronization", "Unexpected answer", false},
    {"message contents", "Unexpected answer", false},
    {"unexpected response", "Unexpected answer", false},
    {"unexpected message", "Unexpected answer", false},
    {"unexpected character", "Unexpected answer", false},
    {"private key", "TLS client certificate not usable", false},
    {"could not read certificate file", "TLS client certificate not usable", false},
    {"Permission denied", "Permission denied", false},
    {"Too many open files", "Too many open files", false},
    {"SSL", "TLS handshake failed", false},
};

constexpr const ByPhrase* kCertificateRefused = kClientPhrases;

template <size_t N>
const ByPhrase* findPhrase(const ByPhrase (&phrases)[N], std::string_view text) {
    const auto* const found =
        std::find_if(phrases, phrases + N, [&](const auto& entry) { return text.find(entry.phrase) != text.npos; });
    return found == phrases + N ? nullptr : found;
}

bool isState(std::string_view word) {
    return word.size() == 5 && std::all_of(word.begin(), word.end(), [](unsigned char letter) {
               return std::isdigit(letter) != 0 || (letter >= 'A' && letter <= 'Z');
           });
}

std::string firstLine(std::string_view text) {
    constexpr size_t kLongest = 400;
    return std::string(text.substr(0, std::min(text.find('\n'), kLongest)));
}

PostgresError explainServer(std::string_view state, std::string_view text, PostgresPhase phase) {
    const auto detail = firstLine(text);
    const bool precise = state != "08P01" && state != "57P03";
    const auto* const phrase = precise ? nullptr : findPhrase(kServerPhrases, text);
    if (phrase != nullptr) return {{phrase->message, detail}, true};
    for (const auto& [known, message, elsewhere] : kStates)
        if (known == state) return {{message, detail}, elsewhere};
    return {{phase == PostgresPhase::Query ? "Query failed" : "Login failed", detail}, false};
}

PostgresError explainCertificate(long verification, const std::string& detail) {
    const bool outdated = verification == X509_V_ERR_CERT_HAS_EXPIRED || verification == X509_V_ERR_CERT_NOT_YET_VALID;
    return {{outdated ? "TLS certificate expired" : kCertificateRefused->message, detail}, true};
}

PostgresError explainClient(std::string_view text, PostgresPhase phase, long verification) {
    const auto detail = firstLine(text);
    const auto* const phrase = findPhrase(kClientPhrases, text);
    if (phrase == nullptr)
        return {{phase == PostgresPhase::Query ? "Query failed" : "Connection failed", detail}, true};
    if (phrase == kCertificateRefused) return explainCertificate(verification, detail);
    return {{phrase->message, detail, phrase->connectionLevel}, false};
}

} // namespace

std::string_view findSqlState(std::string_view text) {
    constexpr std::string_view kBefore = ":  "; // as in "FATAL:  28P01: text", whatever the language
    for (size_t at = text.find(kBefore); at != text.npos; at = text.find(kBefore, at + 1)) {
        const auto word = text.substr(at + kBefore.size(), 5);
        const auto after = text.substr(std::min(text.size(), at + kBefore.size() + 5), 1);
        if (isState(word) && (after == ":" || after == "\n" || after.empty())) return word;
    }
    return {};
}

PostgresError explain(std::string_view text, PostgresPhase phase, long verification) {
    const auto state = findSqlState(text);
    return state.empty() ? explainClient(text, phase, verification) : explainServer(state, text, phase);
}

} // namespace probehost
