// One connection to a PostgreSQL server: libpq's non-blocking calls, our waits, bounded memory.
#pragma once

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <probehost/checker.hpp>
#include <string>

#include "postgres_errors.hpp"

namespace probehost {

// Throws PostgresError or sdk::Cancelled; after either, only destroy it. Thread-compatible.
class PostgresConnection {
  public:
    // Connects and logs in. `options` are libpq's and name one server by number, so that libpq looks up nothing.
    PostgresConnection(const std::map<std::string, std::string>& options, const sdk::Deadline& deadline);

    // Runs a query of the simple protocol to its end, and gives the first value of its first row.
    std::string query(const std::string& text, const sdk::Deadline& deadline);

    // Nothing of the last query is left behind, such as an open transaction.
    bool reusable() const { return PQtransactionStatus(connection_.get()) == PQTRANS_IDLE; }

    // How long nobody has spoken on it: what lies between may have forgotten an idle connection.
    sdk::nanoseconds idle() const { return sdk::nanoseconds(sdk::Deadline::now() - last_used_ns_); }

  private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, Clear>;

    void logIn(const sdk::Deadline& deadline);
    void flush(const sdk::Deadline& deadline);
    Result next(const sdk::Deadline& deadline);
    void readInto(const Result& result, std::string& first_value) const;
    short wait(short events, const sdk::Deadline& deadline);
    [[noreturn]] void fail(const char* text, PostgresPhase phase) const;

    std::unique_ptr<PGconn, Finish> connection_;
    long received_ = 0; // bytes since the last query was sent, or the connection was begun
    int64_t last_used_ns_ = 0;
};

} // namespace probehost
