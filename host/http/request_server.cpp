// Requests of a connection are served one after the other: none is read while the answer before it is unfinished.
#include "http/request_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace probehost {
namespace {

constexpr std::size_t mostDiscarded = 256 << 10;
constexpr std::size_t longHead = 1024; // those of probes are far shorter

std::unique_ptr<Exchange> makeExchange(const Connection& connection, const Request& request, std::string_view body) {
    auto exchange = std::make_unique<Exchange>();
    exchange->owner = connection.key();
    std::string& head = exchange->head;
    head.append(request.method).append(" ").append(request.path);
    if (!request.query.empty()) head.append("?").append(request.query);
    head.append(request.http11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n").append(request.fields).append("\r\n");
    exchange->body = body;
    exchange->client = connection.peer.forPoco();
    if (!connection.admin) exchange->server = SocketAddress::ofLocal(connection.fd).forPoco();
    return exchange;
}

Persistence keptAs(const Request& request) { return request.http11 ? Persistence::Implied : Persistence::Told; }

} // namespace

RequestServer::RequestServer(const Limits& limits, ConnectionTable& table, Counters& counters, Heartbeat& heartbeat,
                             Handlers handlers, Routed routed)
    : limits_(limits),
      table_(table),
      counters_(counters),
      heartbeat_(heartbeat),
      handlers_(handlers),
      routed_(std::move(routed)),
      settings_(std::make_unique<FrontSettings>()),
      answers_(std::make_shared<RenderedAnswers>(ProbeAnswers::beforeFirstResults())),
      now_(Clock::now()) {}

void RequestServer::accepted(Connection& connection) {
    table_.enter(connection, State::Receiving, now_ + limits_.headTime);
}

void RequestServer::readable(Connection& connection) {
    // What was ready a moment ago may have gone on since.
    const State state = connection.state;
    if (state == State::Parked || state == State::Handling || state == State::Writing || state == State::Ending) return;
    const std::size_t most = std::max(limits_.head.headBytes, connection.needed);
    const std::size_t room = std::min(most - std::min(most - 1, connection.input.size()), scratch_.size());
    const ssize_t got = ::recv(connection.fd, scratch_.data(), room, MSG_DONTWAIT);
    const bool nothingYet = got < 0 && (errno == EAGAIN || errno == EINTR);
    if (got == 0 || (got < 0 && !nothingYet)) return table_.close(connection);
    if (got > 0) take(connection, std::string_view(scratch_.data(), static_cast<std::size_t>(got)));
    settle(connection);
}

// What every turn of a connection ends with.
void RequestServer::settle(Connection& connection) {
    if (connection.isOpen() && connection.input.size() > longHead) boundInput(connection);
    if (connection.isOpen()) table_.watch(connection);
}

// A long head that comes in pieces takes the place of an older one where they hold too much together. Who has lost its
// place keeps its connection until it says more or its time is up: thrown out, a crowd would come back at once.
void RequestServer::boundInput(Connection& connection) {
    if (connection.admin || connection.needed > 0) return; // a body is bounded as such
    while (!table_.holdHead(connection, connection.input.capacity())) {
        Connection* oldest = table_.oldestLongHead();
        if (oldest == nullptr) return connection.state == State::Receiving ? forget(connection) : sacrifice(connection);
        forget(*oldest);
    }
}

void RequestServer::take(Connection& connection, std::string_view fresh) {
    if (connection.state == State::Lingering) {
        connection.discarded += fresh.size();
        if (connection.discarded > mostDiscarded) table_.close(connection);
        return;
    }
    if (connection.state == State::Forgotten) return turnAway(connection, 503);
    if (connection.state == State::Idle) table_.enter(connection, State::Receiving, now_ + limits_.headTime);
    if (connection.input.empty()) {
        const std::size_t used = serve(connection, fresh);
        if (connection.isOpen()) keep(connection, fresh.substr(used));
    } else {
        keep(connection, fresh);
        serveHeld(connection);
    }
}

void RequestServer::keep(Connection& connection, std::string_view rest) {
    if (!rest.empty() && !connection.isClosing()) connection.input.append(rest);
}

void RequestServer::serveHeld(Connection& connection) {
    std::string held = std::exchange(connection.input, {});
    const std::size_t used = serve(connection, held);
    if (!connection.isOpen() || connection.isClosing()) return;
    if (used == 0) {
        connection.input = std::move(held);
    } else {
        connection.input = held.substr(used); // in no more room than it needs
    }
}

std::size_t RequestServer::serve(Connection& connection, std::string_view bytes) {
    std::size_t used = 0;
    bool heldBack = false;
    while (connection.state == State::Receiving && used < bytes.size()) {
        const std::size_t one = serveOne(connection, bytes.substr(used));
        if (one == 0) break;
        used += one;
        if (connection.state == State::Receiving) heldBack = more_;
        more_ = false;
        if (!connection.isOpen()) return used;
    }
    if (heldBack) push(connection);
    if (used == bytes.size() && connection.state == State::Receiving) {
        connection.burst = 0;
        table_.enter(connection, State::Idle, now_ + limits_.keepAlive);
    }
    return used;
}

std::size_t RequestServer::serveOne(Connection& connection, std::string_view bytes) {
    if (bytes.size() < connection.needed) return 0;
    const HeadResult head = readHead(bytes, connection.scanned, limits_.head);
    if (head.kind == HeadResult::Kind::Incomplete) {
        connection.scanned = bytes.size();
        return 0;
    }
    if (head.kind == HeadResult::Kind::Complete) return dispatch(connection, head, bytes);
    counters_.add(Count::BadRequests);
    turnAway(connection, head.status);
    return bytes.size();
}

std::size_t RequestServer::dispatch(Connection& connection, const HeadResult& head, std::string_view bytes) {
    const Request& request = head.request;
    const Route to = connection.admin ? routeToAdmin(request, limits_) : route(request, *settings_, limits_, routed_);
    const bool takesBody = to.kind == Route::Kind::Handler;
    const std::size_t size = head.size + (takesBody ? request.bodySize : 0);
    if (bytes.size() < size) return awaitBody(connection, size, bytes.size());
    const bool broken = to.kind == Route::Kind::Refuse && to.status != 404 && to.status != 405;
    more_ = bytes.size() > size;
    connection.unread = broken || bytes.size() > size || size < head.size + request.bodySize;
    const bool last = stopping_ || !request.keepAlive || takesBody || broken || request.bodySize > 0 ||
                      (connection.unread && ++connection.burst >= longestBurst);
    connection.variant = {methodOf(request), !settings_->showsDetails(request.authorization),
                          last ? Persistence::None : keptAs(request)};
    switch (to.kind) {
        case Route::Kind::Refuse:
            refuse(connection, to.status, connection.variant.method);
            break;
        case Route::Kind::AllowedMethods:
            answer(connection, allowedMethods(true, connection.variant.persistence).all());
            break;
        case Route::Kind::Handler:
            connection.exchange = makeExchange(connection, request, bytes.substr(head.size, request.bodySize));
            if (!to.wantsFresh || !park(connection, to.probe)) forward(connection);
            break;
        case Route::Kind::Probe:
            if (!to.wantsFresh || !park(connection, to.probe)) answerProbe(connection, to.probe);
            break;
    }
    return size;
}

// A handler gets its request whole; until then the bytes wait here, as long as all that wait are not too many.
std::size_t RequestServer::awaitBody(Connection& connection, std::size_t size, std::size_t sofar) {
    if (!connection.admin && !table_.hold(connection, size)) {
        counters_.add(Count::ForwardsRefused);
        turnAway(connection, 503);
        return sofar;
    }
    connection.scanned = 0;
    connection.needed = size;
    table_.enter(connection, State::Receiving, now_ + limits_.headTime);
    return 0;
}

void RequestServer::refuse(Connection& connection, int status, Method method) {
    const PreparedAnswer& refused = refusal(status, connection.variant.persistence);
    answer(connection, method == Method::Head ? refused.head() : refused.all());
}

// Refuses what is not read to its end.
void RequestServer::turnAway(Connection& connection, int status) {
    connection.closeAfterAnswer();
    connection.unread = true;
    refuse(connection, status, Method::Other);
}

void RequestServer::forget(Connection& connection) {
    counters_.add(Count::Evicted);
    table_.letGo(connection);
    std::exchange(connection.input, {}); // an assignment would keep its room
    connection.scanned = 0;
    const auto deadline = std::max(connection.deadline, table_.in(State::Forgotten).latest());
    table_.enter(connection, State::Forgotten, deadline);
}

void RequestServer::answerProbe(Connection& connection, Probe probe) {
    counters_.add(Count::ProbesAnswered);
    const bool stuck = probe == Probe::Live && heartbeat_.hasStopped(now_);
    answer(connection, stuck ? answers_->stuck(connection.variant) : answers_->answer(probe, connection.variant));
    if (connection.isOpen() && connection.state == State::Writing) connection.sharedAnswer = answers_;
}

void RequestServer::forward(Connection& connection) {
    PocoBridge& bridge = connection.admin ? *handlers_.admin : *handlers_.open;
    if (bridge.submit(*connection.exchange, now_)) {
        counters_.add(Count::Forwarded);
        connection.exchange.reset();
        return table_.enter(connection, State::Handling, now_ + limits_.handlerTime);
    }
    counters_.add(Count::ForwardsRefused);
    refuse(connection, 503, connection.variant.method);
}

void RequestServer::finished(PocoBridge& bridge) {
    while (auto exchange = bridge.next(now_)) {
        Connection* connection = table_.find(exchange->owner);
        if (connection == nullptr || connection->state != State::Handling) continue;
        connection->ownAnswer = std::move(exchange->answer);
        answer(*connection, connection->ownAnswer);
        if (!connection->isOpen()) continue;
        if (connection->admin || table_.hold(*connection, connection->ownAnswer.size())) {
            table_.watch(*connection);
        } else {
            sacrifice(*connection);
        }
    }
}

} // namespace probehost
