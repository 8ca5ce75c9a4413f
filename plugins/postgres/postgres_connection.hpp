// One connection to a PostgreSQL server: libpq's non-blocking calls log in, our waits end at the deadline.
#pragma once

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <probehost/checker.hpp>
#include <string>

#include "postgres_errors.hpp"
#include "postgres_stream.hpp"

namespace probehost {

// Throws PostgresError, net::NetError or sdk::Cancelled; after either, only destroy it. Thread-compatible.
class PostgresConnection {
  public:
    // Connects and logs in. `options` are libpq's and name one server by number, so that libpq looks up nothing.
    PostgresConnection(const std::map<std::string, std::string>& options, const sdk::Deadline& deadline);

    // Runs a query of the simple protocol to its end, and gives the first value of its first row.
    std::string query(const std::string& text, const sdk::Deadline& deadline);

    // Nothing of the last query is left behind, such as an open transaction.
    bool reusable() const { return idle_; }

    // How long nobody has spoken on it: what lies between may have forgotten an idle connection.
    sdk::nanoseconds idle() const { return sdk::nanoseconds(sdk::Deadline::now() - last_used_ns_); }

  private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    void logIn(const sdk::Deadline& deadline);
    PostgresPollingStatusType answer();  // a step of the login, until the server has let us in
    PostgresPollingStatusType hearOut(); // and from then on
    void countWaiting();
    void wait(short events, const sdk::Deadline& deadline);
    [[noreturn]] void fail(const char* text) const;

    std::unique_ptr<PGconn, Finish> connection_;
    long received_ = 0; // bytes during the login
    bool reset_ = false;
    bool idle_ = false;
    int64_t last_used_ns_ = 0;
};

} // namespace probehost
