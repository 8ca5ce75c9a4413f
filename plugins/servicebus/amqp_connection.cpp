#include "servicebus/amqp_connection.hpp"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/link.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <new>

#include "net/error.hpp"
#include "servicebus/failure.hpp"
#include "servicebus/identifiers.hpp"

namespace probehost::servicebus {
namespace {

constexpr uint32_t kLargestFrame = 65536;
constexpr size_t kSessionWindow = size_t{16} * kLargestFrame;
constexpr size_t kMostBytesForOneWait = 4u << 20;
constexpr size_t kLongestDetail = 200;
constexpr auto kMoment = sdk::milliseconds(5);

std::string orEmpty(const char* text) { return text == nullptr ? "" : text; }

Failure refusalFrom(pn_condition_t* condition) {
    return refusal(0, orEmpty(pn_condition_get_name(condition)), orEmpty(pn_condition_get_description(condition)));
}

// Proton itself ends the transport when SASL fails and when what comes is not AMQP.
Failure transportFailure(pn_transport_t* transport) {
    auto* condition = pn_transport_condition(transport);
    const auto name = orEmpty(pn_condition_get_name(condition));
    if (name == "amqp:unauthorized-access") return refusalFrom(condition);
    return unexpectedAnswer(name + " " + orEmpty(pn_condition_get_description(condition)).substr(0, kLongestDetail));
}

// A link that we have ended ourselves may end without a word, but not with an error.
void linkEnded(pn_link_t* link) {
    auto* condition = pn_link_remote_condition(link);
    if (pn_condition_is_set(condition) || (pn_link_state(link) & PN_LOCAL_CLOSED) == 0) throw refusalFrom(condition);
}

void putProperties(pn_data_t* properties) {
    pn_data_put_map(properties);
    pn_data_enter(properties);
    pn_data_put_symbol(properties, pn_bytes(7, "product"));
    pn_data_put_string(properties, pn_bytes(9, "probehost"));
    pn_data_exit(properties);
}

} // namespace

AmqpConnection::AmqpConnection(std::unique_ptr<net::Stream> stream, const std::string& hostname)
    : stream_(std::move(stream)) {
    if (pn_connection_driver_init(&driver_, nullptr, nullptr) != 0) throw std::bad_alloc();
    tune(hostname);
    pn_connection_driver_bind(&driver_);
    pn_connection_open(driver_.connection);
    session_ = pn_session(driver_.connection);
    pn_session_set_incoming_capacity(session_, kSessionWindow);
    pn_session_open(session_);
}

AmqpConnection::~AmqpConnection() { pn_connection_driver_destroy(&driver_); }

void AmqpConnection::tune(const std::string& hostname) {
    pn_connection_set_container(driver_.connection, freshId().c_str());
    pn_connection_set_hostname(driver_.connection, hostname.c_str());
    putProperties(pn_connection_properties(driver_.connection));
    pn_transport_set_max_frame(driver_.transport, kLargestFrame);
    // PN_TRACE_FRM in the environment would write tokens to standard error.
    pn_transport_trace(driver_.transport, PN_TRACE_OFF);
    pn_sasl_allowed_mechs(pn_sasl(driver_.transport), "ANONYMOUS");
}

void AmqpConnection::runUntil(const std::function<bool()>& done, const sdk::Deadline& deadline) {
    received_ = 0;
    tick();
    for (;;) {
        handleEvents();
        const bool finished = done();
        write(deadline);
        if (finished) {
            tick(); // from these bytes on counts the time to the next heartbeat
            return;
        }
        // Asking for bytes to write can make events: a failed SASL would otherwise show at the deadline only.
        if (!pn_connection_driver_has_event(&driver_)) read(deadline);
    }
}

std::optional<sdk::milliseconds> AmqpConnection::tick() {
    const int64_t now = sdk::Deadline::now() / 1000000;
    const int64_t next = pn_transport_tick(driver_.transport, now);
    if (next == 0) return std::nullopt;
    return sdk::milliseconds(next - now);
}

std::optional<sdk::milliseconds> AmqpConnection::beat() {
    const auto next = tick();
    write(sdk::Deadline::in(kMoment));
    return next;
}

void AmqpConnection::close() noexcept {
    try {
        pn_connection_close(driver_.connection);
        write(sdk::Deadline::in(kMoment));
    } catch (const std::exception&) {
        // The socket is closed next, which says the same.
    }
}

void AmqpConnection::write(const sdk::Deadline& deadline) {
    for (;;) {
        const auto bytes = pn_connection_driver_write_buffer(&driver_);
        if (bytes.size == 0) return;
        stream_->writeAll({bytes.start, bytes.size}, deadline);
        pn_connection_driver_write_done(&driver_, bytes.size);
    }
}

void AmqpConnection::read(const sdk::Deadline& deadline) {
    const auto room = pn_connection_driver_read_buffer(&driver_);
    if (room.size == 0) throw net::closedByPeer("the AMQP transport has ended");
    const size_t count = stream_->read({room.start, room.size}, deadline);
    if (count == 0) throw net::closedByPeer("closed during the AMQP conversation");
    received_ += count;
    if (received_ > kMostBytesForOneWait) throw unexpectedAnswer("an answer of more than 4 MiB");
    pn_connection_driver_read_done(&driver_, count);
}

void AmqpConnection::handleEvents() {
    while (auto* event = pn_connection_driver_next_event(&driver_)) handle(event);
}

void AmqpConnection::handle(pn_event_t* event) {
    switch (pn_event_type(event)) {
        case PN_CONNECTION_REMOTE_CLOSE:
            throw refusalFrom(pn_connection_remote_condition(driver_.connection));
        case PN_SESSION_REMOTE_CLOSE:
            throw refusalFrom(pn_session_remote_condition(session_));
        case PN_LINK_REMOTE_CLOSE:
        case PN_LINK_REMOTE_DETACH:
            linkEnded(pn_event_link(event));
            break;
        case PN_TRANSPORT_ERROR:
            throw transportFailure(driver_.transport);
        default:
            break;
    }
}

} // namespace probehost::servicebus
