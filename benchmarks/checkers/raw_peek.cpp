#include "raw_peek.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <proton/codec.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/transport.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace benchmarks {

namespace {

using Message = std::unique_ptr<pn_message_t, decltype(&pn_message_free)>;

int connectTo(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("cannot connect");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void put(pn_data_t* data, std::string_view text) { pn_data_put_string(data, pn_bytes(text.size(), text.data())); }

} // namespace

RawPeek::RawPeek(int port, const std::string& queue, const std::string& token) : socket_(connectTo(port)) {
    pn_connection_driver_init(&driver_, nullptr, nullptr);
    pn_connection_set_container(driver_.connection, "benchmark");
    pn_connection_set_hostname(driver_.connection, "127.0.0.1");
    pn_sasl_allowed_mechs(pn_sasl(driver_.transport), "ANONYMOUS");
    pn_connection_driver_bind(&driver_);
    pn_connection_open(driver_.connection);
    session_ = pn_session(driver_.connection);
    pn_session_open(session_);
    putToken(queue, token);
    management_ = attach(queue + "/$management");
}

RawPeek::~RawPeek() {
    pn_connection_driver_destroy(&driver_);
    ::close(socket_);
}

void RawPeek::putToken(const std::string& queue, const std::string& token) {
    const Message request(pn_message(), pn_message_free);
    auto* properties = pn_message_properties(request.get());
    pn_data_put_map(properties);
    pn_data_enter(properties);
    for (const std::string_view each : {"operation", "put-token", "type", "servicebus.windows.net:sastoken", "name"})
        put(properties, each);
    put(properties, "sb://127.0.0.1/" + queue);
    pn_data_exit(properties);
    put(pn_message_body(request.get()), token);
    call(attach("$cbs"), request.get());
}

void RawPeek::peek() {
    const Message request(pn_message(), pn_message_free);
    auto* properties = pn_message_properties(request.get());
    pn_data_put_map(properties);
    pn_data_enter(properties);
    put(properties, "operation");
    put(properties, "com.microsoft:peek-message");
    pn_data_exit(properties);
    auto* body = pn_message_body(request.get());
    pn_data_put_map(body);
    pn_data_enter(body);
    put(body, "from-sequence-number");
    pn_data_put_long(body, 1);
    put(body, "message-count");
    pn_data_put_int(body, 1);
    pn_data_exit(body);
    call(management_, request.get());
}

RawPeek::Links RawPeek::attach(const std::string& node) {
    const Links links{pn_sender(session_, ("to-" + node).c_str()), pn_receiver(session_, ("from-" + node).c_str())};
    pn_terminus_set_address(pn_link_target(links.sender), node.c_str());
    pn_terminus_set_address(pn_link_source(links.receiver), node.c_str());
    pn_terminus_set_address(pn_link_target(links.receiver), ("from-" + node).c_str());
    pn_link_open(links.receiver);
    pn_link_open(links.sender);
    pn_link_flow(links.receiver, 1);
    return links;
}

void RawPeek::call(const Links& links, pn_message_t* request) {
    pn_atom_t id{};
    id.type = PN_STRING;
    id.u.as_bytes = pn_bytes(1, "1");
    pn_message_set_id(request, id);
    pn_message_set_reply_to(request, pn_terminus_get_address(pn_link_target(links.receiver)));
    runUntil([&] { return pn_link_credit(links.sender) > 0; });
    pn_delivery_t* sent = pn_delivery(links.sender, pn_dtag("1", 1));
    pn_message_send(request, links.sender, nullptr);
    runUntil([&] { return answered(links.receiver); });
    pn_delivery_settle(sent);
}

bool RawPeek::answered(pn_link_t* receiver) {
    pn_delivery_t* delivery = pn_link_current(receiver);
    if (delivery == nullptr || pn_delivery_partial(delivery)) return false;
    std::array<char, 16384> bytes{};
    const ssize_t size = pn_link_recv(receiver, bytes.data(), bytes.size());
    const Message answer(pn_message(), pn_message_free);
    if (size <= 0 || pn_message_decode(answer.get(), bytes.data(), static_cast<size_t>(size)) != 0)
        throw std::runtime_error("no answer that can be read");
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    pn_link_flow(receiver, 1);
    return true;
}

void RawPeek::runUntil(const std::function<bool()>& done) {
    for (;;) {
        while (auto* event = pn_connection_driver_next_event(&driver_))
            if (pn_event_type(event) == PN_TRANSPORT_ERROR || pn_event_type(event) == PN_LINK_REMOTE_CLOSE)
                throw std::runtime_error("the peer refuses");
        const bool finished = done();
        write();
        if (finished) return;
        if (!pn_connection_driver_has_event(&driver_)) read();
    }
}

void RawPeek::write() {
    for (auto bytes = pn_connection_driver_write_buffer(&driver_); bytes.size > 0;
         bytes = pn_connection_driver_write_buffer(&driver_)) {
        const ssize_t count = ::send(socket_, bytes.start, bytes.size, MSG_NOSIGNAL);
        if (count <= 0) throw std::runtime_error("the peer is gone");
        pn_connection_driver_write_done(&driver_, static_cast<size_t>(count));
    }
}

void RawPeek::read() {
    const auto room = pn_connection_driver_read_buffer(&driver_);
    const ssize_t count = ::recv(socket_, room.start, room.size, 0);
    if (count <= 0) throw std::runtime_error("the peer is gone");
    pn_connection_driver_read_done(&driver_, static_cast<size_t>(count));
}

} // namespace benchmarks
