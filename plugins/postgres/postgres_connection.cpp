// One connection to a PostgreSQL server: libpq's non-blocking calls, our waits, bounded memory.
#include "postgres_connection.hpp"

#include <openssl/ssl.h>
#include <sys/ioctl.h>

#include <vector>

namespace probehost {
namespace {

// libpq buffers a whole message, however long the server says it is; nothing that a check asks for is this long.
constexpr long kLongestAnswer = 1024 * 1024;

// libpq says only "certificate verify failed". OpenSSL tells its callback why; one thread connects once at a time.
thread_local int certificate_error = X509_V_OK;

int rememberVerification(int accepted, X509_STORE_CTX* store) {
    if (accepted != 1) certificate_error = X509_STORE_CTX_get_error(store);
    return accepted;
}

void watchVerification(PGconn* connection) {
    auto* session = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"));
    if (session != nullptr) SSL_set_verify(session, SSL_get_verify_mode(session), rememberVerification);
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
    if (PQstatus(connection_.get()) == CONNECTION_BAD)
        fail(withoutQuotes(PQerrorMessage(connection_.get())).c_str(), PostgresPhase::Connect);
    logIn(deadline);
    last_used_ns_ = sdk::Deadline::now();
}

void PostgresConnection::logIn(const sdk::Deadline& deadline) {
    auto wanted = PGRES_POLLING_WRITING;
    while (wanted != PGRES_POLLING_OK) {
        wait(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
        watchVerification(connection_.get());
        wanted = PQconnectPoll(connection_.get());
        if (wanted == PGRES_POLLING_FAILED) fail(PQerrorMessage(connection_.get()), PostgresPhase::Connect);
    }
    if (PQsetnonblocking(connection_.get(), 1) != 0) fail(PQerrorMessage(connection_.get()), PostgresPhase::Connect);
}

std::string PostgresConnection::query(const std::string& text, const sdk::Deadline& deadline) {
    received_ = 0;
    last_used_ns_ = sdk::Deadline::now();
    if (PQsendQuery(connection_.get(), text.c_str()) != 1)
        fail(PQerrorMessage(connection_.get()), PostgresPhase::Query);
    PQsetSingleRowMode(connection_.get());
    flush(deadline);
    std::string first_value;
    while (const auto result = next(deadline)) readInto(result, first_value);
    return first_value;
}

void PostgresConnection::flush(const sdk::Deadline& deadline) {
    for (;;) {
        const int left = PQflush(connection_.get());
        if (left == 0) return;
        const bool readable = left > 0 && (wait(POLLIN | POLLOUT, deadline) & POLLIN) != 0;
        if (left < 0 || (readable && PQconsumeInput(connection_.get()) != 1))
            fail(PQerrorMessage(connection_.get()), PostgresPhase::Query);
    }
}

PostgresConnection::Result PostgresConnection::next(const sdk::Deadline& deadline) {
    while (PQisBusy(connection_.get()) != 0) {
        wait(POLLIN, deadline);
        if (PQconsumeInput(connection_.get()) != 1) fail(PQerrorMessage(connection_.get()), PostgresPhase::Query);
    }
    return Result(PQgetResult(connection_.get()));
}

void PostgresConnection::readInto(const Result& result, std::string& first_value) const {
    switch (PQresultStatus(result.get())) {
        case PGRES_SINGLE_TUPLE:
            if (first_value.empty() && PQnfields(result.get()) > 0) first_value = PQgetvalue(result.get(), 0, 0);
            return;
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            return;
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH:
            throw PostgresError({"Query failed", "a check's query cannot be COPY"}, false);
        default:
            fail(PQresultErrorMessage(result.get()), PostgresPhase::Query);
    }
}

short PostgresConnection::wait(short events, const sdk::Deadline& deadline) {
    const short ready = deadline.wait(PQsocket(connection_.get()), events);
    if (deadline.passed()) throw sdk::Cancelled();
    int waiting = 0;
    if ((ready & POLLIN) != 0 && ioctl(PQsocket(connection_.get()), FIONREAD, &waiting) == 0) received_ += waiting;
    if (received_ > kLongestAnswer) throw PostgresError({"Answer too long", "more than 1 MiB of answer"}, false);
    return ready;
}

void PostgresConnection::fail(const char* text, PostgresPhase phase) const {
    throw explain(text, phase, certificate_error);
}

} // namespace probehost
