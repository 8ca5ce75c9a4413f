// PostgreSQL is up when it answers a query before the deadline, on a connection that is kept between runs.
#include <probehost/checker.hpp>

#include "net/resolver.hpp"
#include "postgres_connection.hpp"
#include "postgres_schema.hpp"
#include "postgres_settings.hpp"

namespace {

using namespace probehost;
using sdk::Verdict;

// Firewalls and load balancers forget idle connections without a word, and a forgotten one costs a whole deadline.
constexpr auto kLongestIdle = std::chrono::seconds(60);

class PostgresChecker {
  public:
    static constexpr auto info = sdk::Info("postgres", "Asks a PostgreSQL server a query, and its role")
                                     .schema(kPostgresSchema)
                                     .about(kPostgresAbout)
                                     .timeout(std::chrono::seconds(2))
                                     .interval(std::chrono::seconds(10))
                                     .maxAge(std::chrono::seconds(1));

    explicit PostgresChecker(const sdk::Settings& settings) : settings_(readPostgresSettings(settings)) {}

    // Whatever goes wrong, the connection in use is dropped: only a run that passed puts it back. On a kept one
    // nothing is believed that a new one does not say too: the server may have been restarted or moved.
    Verdict check(const sdk::Run& run) {
        auto connection = std::exchange(kept_, nullptr);
        if (connection && connection->idle() > kLongestIdle) connection.reset();
        run.fact("connection", connection ? "kept" : "new");
        if (connection) {
            try {
                return ask(std::move(connection), run);
            } catch (const net::NetError&) {
                run.fact("connection", "rebuilt");
            }
        }
        return askAnew(run);
    }

  private:
    using Connection = std::unique_ptr<PostgresConnection>;

    Verdict askAnew(const sdk::Run& run) {
        try {
            return askAnyHost(endpoints(run), run);
        } catch (const net::NetError& error) {
            const bool hidden = error.connectionLevel && !ever_connected_;
            return sdk::fail(hidden ? "Pool not initialised" : error.message, error.detail);
        }
    }

    // Every address of every host; a name that does not resolve counts only when no other gives an address.
    std::vector<PostgresHost> endpoints(const sdk::Deadline& deadline) const {
        std::vector<PostgresHost> found;
        std::optional<net::NetError> failure;
        for (const auto& host : settings_.hosts) {
            try {
                addAddresses(host, deadline, found);
            } catch (const net::NetError& error) {
                failure = error;
            }
        }
        if (found.empty() && failure) throw *failure;
        return found;
    }

    static void addAddresses(const PostgresHost& host, const sdk::Deadline& deadline,
                             std::vector<PostgresHost>& found) {
        if (!host.address.empty() || host.name.starts_with('/')) return found.push_back(host);
        for (const auto& address : net::resolve(host.name, host.port, deadline))
            found.push_back({host.name, address.host(), host.port});
    }

    // libpq would wait for a silent host for ever, so each but the last gets only its share of the time.
    Verdict askAnyHost(const std::vector<PostgresHost>& hosts, const sdk::Deadline& deadline) {
        std::optional<net::NetError> failure;
        for (size_t i = 0; i < hosts.size(); i++) {
            const auto left = static_cast<long>(hosts.size() - i);
            try {
                return ask(
                    connect(hosts[i], deadline, left == 1 ? deadline : deadline.within(deadline.remaining() / left)),
                    deadline);
            } catch (const net::NetError& error) {
                if (!failure || failure->connectionLevel) failure = error;
                const auto* said_by_server = dynamic_cast<const PostgresError*>(&error);
                if (said_by_server != nullptr && !said_by_server->elsewhere) break;
            }
        }
        throw *failure;
    }

    Connection connect(const PostgresHost& host, const sdk::Deadline& whole, const sdk::Deadline& share) const {
        auto options = settings_.options;
        options["host"] = host.name;
        options["hostaddr"] = host.address;
        options["port"] = std::to_string(host.port);
        try {
            return std::make_unique<PostgresConnection>(options, share);
        } catch (const sdk::Cancelled&) {
            whole.waitFor(-1, 0, sdk::milliseconds(0)); // throws again when it was not only the share that ended
            throw PostgresError({"Connection timed out", "no answer from " + host.name, true}, true);
        }
    }

    Verdict ask(Connection connection, const sdk::Deadline& deadline) {
        connection->query(settings_.query, deadline);
        if (settings_.require != "any") checkRole(*connection, deadline);
        if (connection->reusable()) kept_ = std::move(connection);
        ever_connected_ = true;
        return sdk::pass();
    }

    // A standby may have been promoted, or a pooler may have moved us, since the last run.
    void checkRole(PostgresConnection& connection, const sdk::Deadline& deadline) const {
        const bool is_standby = connection.query("SELECT pg_catalog.pg_is_in_recovery()", deadline) == "t";
        if (is_standby == (settings_.require == "standby")) return;
        throw PostgresError({is_standby ? "Not a primary" : "Not a standby", "pg_is_in_recovery() tells"}, true);
    }

    const PostgresSettings settings_;
    Connection kept_;
    bool ever_connected_ = false;
};

} // namespace

PROBEHOST_PLUGIN("postgres", "0.1.0", PostgresChecker)
