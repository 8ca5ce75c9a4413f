#include "servicebus/session.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <proton/connection.h>
#include <proton/link.h>
#include <sys/socket.h>

#include "net/resolver.hpp"
#include "servicebus/failure.hpp"
#include "servicebus/identifiers.hpp"
#include "servicebus/websocket_stream.hpp"

namespace probehost::servicebus {
namespace {

// The service ends links that were idle for ten minutes, and was seen to answer wrongly on old ones before that.
constexpr auto kLongestIdle = std::chrono::minutes(5);
constexpr unsigned kUnacknowledgedMs = 20000;

// A peer that vanished without a word is noticed by the heartbeats, not by the next run.
void noticeVanishedPeer(int fd) {
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnacknowledgedMs, sizeof kUnacknowledgedMs);
}

std::unique_ptr<net::Stream> openStream(const Dependencies& with, const sdk::Deadline& deadline) {
    const auto& target = with.target;
    auto socket = net::Socket::connectTcp(net::resolve(target.host, target.port, deadline), deadline);
    noticeVanishedPeer(socket.fd());
    if (with.tls == nullptr) return std::make_unique<net::Socket>(std::move(socket));
    auto stream = std::make_unique<net::TlsStream>(std::move(socket), *with.tls, target.host, deadline);
    if (!target.websocket) return stream;
    return std::make_unique<WebSocketStream>(std::move(stream), target.hostAndPort(), deadline);
}

bool saysEmpty(const Answer& answer) {
    return answer.status == 404 && answer.condition == "com.microsoft:message-not-found";
}

void verify(const Answer& answer) {
    if (answer.good() || saysEmpty(answer)) return;
    if (answer.status == 0) throw unexpectedAnswer("an answer without a status");
    auto failure = refusal(answer.status, answer.condition, answer.description);
    failure.answered = true;
    throw failure;
}

// A refused attach is answered without a source first, and with the reason in the Detach that follows.
bool attached(pn_link_t* link) {
    return (pn_link_state(link) & PN_REMOTE_ACTIVE) != 0 &&
           pn_terminus_get_type(pn_link_remote_source(link)) == PN_SOURCE;
}

} // namespace

Session::Session(const Dependencies& dependencies, const sdk::Deadline& deadline)
    : with_(dependencies),
      connection_(openStream(dependencies, deadline), dependencies.target.host),
      cbs_(connection_, "$cbs") {}

void Session::look(const sdk::Deadline& deadline) {
    renewToken(deadline);
    if (with_.target.mode == Mode::Peek) peekMessage(deadline);
    if (with_.target.mode == Mode::Attach) attachReceiver(deadline);
    last_used_ = std::chrono::steady_clock::now();
}

bool Session::usable() const { return !spent_ && std::chrono::steady_clock::now() - last_used_ < kLongestIdle; }

void Session::renewToken(const sdk::Deadline& deadline) {
    const bool always = with_.target.mode == Mode::Token;
    if (token_ && !always && Clock::now() < token_->renew) return;
    const auto token = with_.credential.token(with_.target.audience(), deadline);
    if (!token_ || always || token.text != token_->text) put(token, deadline);
}

void Session::put(const Token& token, const sdk::Deadline& deadline) {
    const auto answer = cbs_.call(putToken(token, with_.target.audience()), deadline);
    if (answer.status == 401) with_.credential.refused(token);
    verify(answer);
    token_ = token;
}

void Session::peekMessage(const sdk::Deadline& deadline) {
    if (!management_) management_.emplace(connection_, with_.target.entity + "/$management");
    const auto answer = management_->call(peek(), deadline);
    spent_ = answer.cut;
    verify(answer);
}

// Without credit nothing can be delivered, so nothing is locked.
void Session::attachReceiver(const sdk::Deadline& deadline) {
    auto* link = pn_receiver(connection_.session(), freshId().c_str());
    pn_terminus_set_address(pn_link_source(link), with_.target.entity.c_str());
    pn_link_open(link);
    connection_.runUntil([link] { return attached(link); }, deadline);
    pn_link_close(link);
    connection_.runUntil([link] { return (pn_link_state(link) & PN_REMOTE_CLOSED) != 0; }, deadline);
    pn_link_free(link);
}

} // namespace probehost::servicebus
