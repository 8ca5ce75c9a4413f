// Short words for what PostgreSQL, PgBouncer and libpq say when something fails.
#pragma once

#include <string>
#include <string_view>

#include "net/error.hpp"

namespace probehost {

enum class PostgresPhase { Connect, Query };

// `elsewhere` is true when another of several hosts may do better.
struct PostgresError : net::NetError {
    PostgresError(net::NetError error, bool other_host_may_help)
        : NetError(std::move(error)), elsewhere(other_host_may_help || connectionLevel) {}
    bool elsewhere;
};

// `text` is libpq's error message at PQERRORS_VERBOSE; `verification` is OpenSSL's verdict on the server's certificate.
PostgresError explain(std::string_view text, PostgresPhase phase, long verification);

// The SQLSTATE in such a text, or nothing.
std::string_view findSqlState(std::string_view text);

} // namespace probehost
