// Redis is up when it answers PING with PONG before the deadline, on a connection that is kept between runs.
#include <probehost/checker.hpp>

#include "net/error.hpp"
#include "redis_answers.hpp"
#include "redis_connection.hpp"
#include "redis_schema.hpp"
#include "redis_settings.hpp"

namespace {

using namespace probehost;
using sdk::Verdict;

// Firewalls and load balancers forget idle connections without a word, and a forgotten one costs a whole deadline.
constexpr auto kLongestIdle = std::chrono::seconds(60);

struct Question {
    RedisCommand command;
    Complaint (*judge)(const redisReply&);
};

class RedisChecker {
  public:
    static constexpr auto info = sdk::Info("redis", "Asks a Redis server for PONG, and its role or cluster state")
                                     .schema(kRedisSchema)
                                     .about(kRedisAbout)
                                     .timeout(std::chrono::seconds(1))
                                     .interval(std::chrono::seconds(10))
                                     .maxAge(std::chrono::seconds(1));

    explicit RedisChecker(const sdk::Settings& settings) : settings_(readRedisSettings(settings)) {}

    // Whatever goes wrong, the connection in use is dropped: only a run that passed puts it back. On a kept one
    // nothing is believed that a new one does not say too: the server may have been restarted or moved.
    Verdict check(const sdk::Run& run) {
        auto connection = std::exchange(kept_, nullptr);
        if (connection && connection->idle() > kLongestIdle) connection.reset();
        run.fact("connection", connection ? "kept" : "new");
        if (connection) {
            try {
                return ask(std::move(connection), everyTime(), run);
            } catch (const net::NetError&) {
                run.fact("connection", "rebuilt");
            }
        }
        return askAnew(run);
    }

  private:
    Verdict askAnew(const sdk::Run& run) {
        try {
            return ask(connect(run), firstTime(), run);
        } catch (const net::NetError& error) {
            const bool hidden = error.connectionLevel && !ever_connected_;
            return sdk::fail(hidden ? "Redis not initialised" : error.message, error.detail);
        }
    }

    std::unique_ptr<RedisConnection> connect(const sdk::Deadline& deadline) {
        return std::make_unique<RedisConnection>(openStream(deadline));
    }

    std::unique_ptr<net::Stream> openStream(const sdk::Deadline& deadline) {
        const auto& server = settings_.server;
        auto socket = server.socket.empty()
                          ? net::Socket::connectTcp(net::resolve(server.host, server.port, deadline), deadline)
                          : net::Socket::connectUnix(server.socket, deadline);
        if (!settings_.tls) return std::make_unique<net::Socket>(std::move(socket));
        return std::make_unique<net::TlsStream>(std::move(socket), *settings_.tls, settings_.server_name, deadline);
    }

    std::vector<Question> everyTime() const {
        std::vector<Question> questions{{{"PING"}, judgePing}};
        if (settings_.require == "primary") questions.push_back({{"ROLE"}, judgePrimary});
        if (settings_.require == "replica") questions.push_back({{"ROLE"}, judgeReplica});
        if (settings_.cluster) questions.push_back({{"CLUSTER", "INFO"}, judgeCluster});
        return questions;
    }

    std::vector<Question> firstTime() const {
        const auto& server = settings_.server;
        std::vector<Question> questions;
        if (server.username) {
            questions.push_back({{"AUTH", *server.username, server.password.value_or("")}, judgeAuth});
        } else if (server.password) {
            questions.push_back({{"AUTH", *server.password}, judgeAuth});
        }
        if (server.db.value_or(0) != 0) questions.push_back({{"SELECT", std::to_string(*server.db)}, judgeSelect});
        for (auto& question : everyTime()) questions.push_back(std::move(question));
        return questions;
    }

    // All questions go out in one write; the first bad answer decides.
    Verdict ask(std::unique_ptr<RedisConnection> connection, const std::vector<Question>& questions,
                const sdk::Deadline& deadline) {
        std::vector<RedisCommand> commands;
        for (const auto& question : questions) commands.push_back(question.command);
        connection->send(commands, deadline);
        for (const auto& question : questions)
            if (const auto complaint = question.judge(*connection->receive(deadline))) throw *complaint;
        kept_ = std::move(connection);
        ever_connected_ = true;
        return sdk::pass();
    }

    RedisSettings settings_;
    std::unique_ptr<RedisConnection> kept_;
    bool ever_connected_ = false;
};

} // namespace

PROBEHOST_PLUGIN("redis", "0.1.0", RedisChecker)
