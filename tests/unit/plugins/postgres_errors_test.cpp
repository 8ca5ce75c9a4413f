// What each error of PostgreSQL, PgBouncer and libpq is called in public.
#include "postgres/postgres_errors.hpp"

#include <openssl/x509.h>

#include <catch2/catch.hpp>

using namespace probehost;

namespace {
constexpr const char* kServer = "connection to server at \"127.0.0.1\", port 5432 failed: ";
}

TEST_CASE("postgres errors: the SQLSTATE is found in any language", "[plugins]") {
    CHECK(findSqlState("FATAL:  28P01: password authentication failed for user \"x\"\nLOCATION:  a") == "28P01");
    CHECK(findSqlState("connection to server at \"h\", port 1 failed: FATAL:  3D000: no") == "3D000");
    CHECK(findSqlState("VERHÄNGNIS:  57P03: x") == "57P03");
    CHECK(findSqlState("ERROR:  42P01") == "42P01");
    CHECK(findSqlState("FATAL:  sorry: no").empty());
    CHECK(findSqlState("Connection refused").empty());
    CHECK(findSqlState("ERROR:  28P").empty());
    CHECK(findSqlState("").empty());
}

TEST_CASE("postgres errors: the server's codes have short words", "[plugins]") {
    const auto [text, message, elsewhere] = GENERATE(table<const char*, const char*, bool>({
        {"FATAL:  28P01: password authentication failed for user \"x\"", "Authentication failed", false},
        {"FATAL:  28000: no pg_hba.conf entry for host \"127.0.0.1\"", "Authentication failed", false},
        {"FATAL:  3D000: database \"x\" does not exist", "Database does not exist", false},
        {"FATAL:  53300: sorry, too many clients already", "Too many connections", true},
        {"FATAL:  57P03: the database system is starting up", "Starting up", true},
        {"FATAL:  57P03: the database system is shutting down", "Shutting down", true},
        {"FATAL:  57P01: terminating connection due to administrator command", "Shutting down", true},
        {"FATAL:  42501: permission denied for database \"x\"", "Permission denied", false},
        {"FATAL:  08P01: no such database: x", "Database does not exist", true},
        {"FATAL:  08P01: no more connections allowed (max_client_conn)", "Too many connections", true},
        {"FATAL:  08P01: server login has been failing, try again later (server_login_retry)", "Server not reachable",
         true},
        {"FATAL:  08P01: unsupported startup parameter: x", "Startup parameter refused", true},
        {"FATAL:  XX000: whatever", "Login failed", false},
    }));
    const auto error = explain(kServer + std::string(text), PostgresPhase::Connect, X509_V_OK);
    CHECK(error.message == message);
    CHECK(error.elsewhere == elsewhere);
    CHECK_FALSE(error.connectionLevel);
}

TEST_CASE("postgres errors: a query that fails says so", "[plugins]") {
    CHECK(explain("ERROR:  42P01: relation \"x\" does not exist\nLINE 1: SELECT", PostgresPhase::Query, 0).message ==
          "Query failed");
    CHECK(explain("ERROR:  42501: permission denied for table x", PostgresPhase::Query, 0).message ==
          "Permission denied");
    CHECK(explain("ERROR:  25006: cannot execute UPDATE in a read-only transaction", PostgresPhase::Query, 0).message ==
          "Read-only");
    CHECK(explain("ERROR:  57014: canceling statement due to statement timeout", PostgresPhase::Query, 0).message ==
          "Query cancelled");
    CHECK(explain("something new", PostgresPhase::Query, 0).message == "Query failed");
}

TEST_CASE("postgres errors: libpq's own words are sorted into transport, TLS and protocol", "[plugins]") {
    const auto [text, message, transport] = GENERATE(table<const char*, const char*, bool>({
        {"Connection refused\n\tIs the server running on that host?", "Connection refused", true},
        {"No such file or directory", "Connection refused", true},
        {"could not receive data from server: Connection reset by peer", "Connection reset", true},
        {"server closed the connection unexpectedly\n\tThis probably means", "Connection closed", true},
        {"SSL SYSCALL error: EOF detected", "Connection closed", true},
        {"Network is unreachable", "Network unreachable", true},
        {"fe_sendauth: no password supplied", "Authentication required", false},
        {"SSL error: certificate verify failed", "TLS certificate not trusted", false},
        {"server certificate for \"a\" does not match host name \"b\"", "TLS certificate does not match", false},
        {"server does not support SSL, but SSL was required", "TLS not supported", false},
        {"SSL error: tlsv13 alert certificate required", "TLS client certificate required", false},
        {"SSL error: wrong version number", "TLS handshake failed", false},
        {"received invalid response to SSL negotiation: H", "Unexpected answer", false},
        {"expected authentication request from server, but received H", "Unexpected answer", false},
        {"something new", "Connection failed", false},
    }));
    const auto error = explain(kServer + std::string(text), PostgresPhase::Connect, X509_V_OK);
    CHECK(error.message == message);
    CHECK(error.connectionLevel == transport);
}

TEST_CASE("postgres errors: an outdated certificate is told from an untrusted one", "[plugins]") {
    const auto explained = [](long verification) {
        return explain("connection to server failed: SSL error: certificate verify failed", PostgresPhase::Connect,
                       verification)
            .message;
    };
    CHECK(explained(X509_V_ERR_CERT_HAS_EXPIRED) == "TLS certificate expired");
    CHECK(explained(X509_V_ERR_CERT_NOT_YET_VALID) == "TLS certificate expired");
    CHECK(explained(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) == "TLS certificate not trusted");
    CHECK(explained(X509_V_OK) == "TLS certificate not trusted");
}

TEST_CASE("postgres errors: the detail is one short line", "[plugins]") {
    CHECK(explain("ERROR:  42P01: x\nLINE 1: SELECT secret", PostgresPhase::Query, 0).detail == "ERROR:  42P01: x");
    CHECK(explain(std::string(5000, 'x'), PostgresPhase::Query, 0).detail.size() <= 400);
}
