// One connection to a PostgreSQL server: libpq's non-blocking calls log in, our waits end at the deadline.
#include "postgres_connection.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <vector>

#include "postgres_query.hpp"

namespace probehost {
namespace {

// A login takes a few hundred bytes; libpq would go on buffering whatever comes instead.
constexpr long kLongestLogin = 256 * 1024;

// libpq says only "certificate verify failed". OpenSSL tells its callback why; one thread connects once at a time.
thread_local int certificate_error = X509_V_OK;

int rememberVerification(int accepted, X509_STORE_CTX* store) {
    if (accepted != 1) certificate_error = X509_STORE_CTX_get_error(store);
    return accepted;
}

// A server that is quicker than we are would have its certificate judged in the very call that makes the session,
// before anybody can watch. It cannot while its hello is held back, which the kernel does for 200 ms at most.
void holdBack(PGconn* connection, int held) {
    setsockopt(PQsocket(connection), IPPROTO_TCP, TCP_CORK, &held, sizeof held);
}

void watchVerification(PGconn* connection) {
    auto* session = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"));
    if (session != nullptr) SSL_set_verify(session, SSL_get_verify_mode(session), rememberVerification);
}

// A server that has let us in may send a message of any length, which libpq reads for as long as more comes. While the
// kernel turns away what has a payload, it reads what is there; what was turned away is sent again, after 200 ms where
// nothing follows. That is rare: a server sends what ends a login at once.
void turnAway(PGconn* connection, bool turned) {
    std::array program = {sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 12), // where TCP has the length of its header
                          sock_filter BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
                          sock_filter BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 2),
                          sock_filter BPF_STMT(BPF_MISC | BPF_TAX, 0),
                          sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
                          sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
                          sock_filter BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
                          sock_filter BPF_STMT(BPF_RET | BPF_K, 0)};
    const sock_fprog filter{program.size(), program.data()};
    setsockopt(PQsocket(connection), SOL_SOCKET, turned ? SO_ATTACH_FILTER : SO_DETACH_FILTER, &filter, sizeof filter);
}

// Notices would go to the host's standard error.
void ignoreNotice(void*, const PGresult*) {}

PGconn* start(const std::map<std::string, std::string>& options) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [key, value] : options) {
        keywords.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* connection = PQconnectStartParams(keywords.data(), values.data(), 0);
    if (connection == nullptr) throw std::bad_alloc();
    return connection;
}

// Before it connects, libpq may complain about an option and quote it; once it has tried, it only names the server.
std::string withoutQuotes(const char* words) {
    const std::string text(words);
    return text.starts_with("connection to server") ? text : "libpq refuses the value of an option";
}

} // namespace

PostgresConnection::PostgresConnection(const std::map<std::string, std::string>& options, const sdk::Deadline& deadline)
    : connection_(start(options)) {
    certificate_error = X509_V_OK;
    PQsetNoticeReceiver(connection_.get(), ignoreNotice, nullptr);
    PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
    if (PQstatus(connection_.get()) == CONNECTION_BAD) fail(withoutQuotes(PQerrorMessage(connection_.get())).c_str());
    logIn(deadline);
    last_used_ns_ = sdk::Deadline::now();
}

void PostgresConnection::logIn(const sdk::Deadline& deadline) {
    auto wanted = PGRES_POLLING_WRITING;
    while (wanted != PGRES_POLLING_OK) {
        wait(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
        wanted = PQstatus(connection_.get()) == CONNECTION_AUTH_OK ? hearOut() : answer();
        if (wanted == PGRES_POLLING_FAILED) fail(PQerrorMessage(connection_.get()));
    }
    if (PQsetnonblocking(connection_.get(), 1) != 0) fail(PQerrorMessage(connection_.get()));
}

PostgresPollingStatusType PostgresConnection::answer() {
    countWaiting();
    holdBack(connection_.get(), 1);
    const auto wanted = PQconnectPoll(connection_.get());
    watchVerification(connection_.get());
    holdBack(connection_.get(), 0);
    return wanted;
}

PostgresPollingStatusType PostgresConnection::hearOut() {
    turnAway(connection_.get(), true);
    countWaiting();
    const auto wanted = PQconnectPoll(connection_.get());
    turnAway(connection_.get(), false);
    return wanted;
}

void PostgresConnection::countWaiting() {
    int waiting = 0;
    if (ioctl(PQsocket(connection_.get()), FIONREAD, &waiting) == 0) received_ += waiting;
    if (received_ > kLongestLogin) throw PostgresError({"Unexpected answer", "more than 256 KiB of login"}, true);
}

std::string PostgresConnection::query(const std::string& text, const sdk::Deadline& deadline) {
    last_used_ns_ = sdk::Deadline::now();
    PostgresStream stream(connection_.get());
    auto answer = askQuery(stream, text, deadline);
    idle_ = answer.idle;
    return std::move(answer.first_value);
}

void PostgresConnection::wait(short events, const sdk::Deadline& deadline) {
    const short ready = deadline.wait(PQsocket(connection_.get()), events);
    if (deadline.passed()) throw sdk::Cancelled();
    reset_ = reset_ || (ready & POLLERR) != 0;
}

void PostgresConnection::fail(const char* text) const {
    auto error = explain(text, PostgresPhase::Connect, certificate_error);
    // To libpq a reset is one more way of closing.
    if (reset_ && error.message == "Connection closed") error.message = "Connection reset";
    throw error;
}

} // namespace probehost
