// Blocking sockets with short timeouts: it is enough to look now and then whether it is over.
#include "authoring/scripted_peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>

#include "authoring/peer_address.hpp"

namespace probehost::authoring {

namespace {

constexpr int lookAround = 20; // milliseconds

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool sendAll(int client, const void* bytes, size_t size) {
    return send(client, bytes, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

void closeWithReset(int client) {
    const linger now = {1, 0};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(client);
}

} // namespace

const char* inWords(Sickness sickness) {
    static constexpr std::array words = {"refuses connections",       "lets connecting take for ever",
                                         "accepts and never answers", "resets connections",
                                         "breaks off its answer",     "talks garbage",
                                         "drips byte by byte",        "floods"};
    return words.at(static_cast<size_t>(sickness));
}

ScriptedPeer::ScriptedPeer(Sickness sickness)
    : sickness_(sickness), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error(std::string("no port for the scripted peer: ") + std::strerror(errno));
    }
    port_ = ntohs(address.sin_port);
    offerPeer(port_);
    if (sickness == Sickness::Refuses) return;
    listen(listener_, sickness == Sickness::Unreachable ? 0 : SOMAXCONN);
    if (sickness == Sickness::Unreachable) {
        fillQueue();
    } else {
        acceptor_ = std::thread([this] { accept(); });
    }
}

ScriptedPeer::~ScriptedPeer() {
    stopping_ = true;
    if (acceptor_.joinable()) acceptor_.join();
    for (auto& client : clients_) client.join();
    for (const int waiting : queue_) close(waiting);
    close(listener_);
}

// A full queue lets the kernel drop what asks to be let in.
void ScriptedPeer::fillQueue() {
    constexpr size_t enough = 8;
    const auto address = loopback(port_);
    while (queue_.size() < enough) {
        queue_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        static_cast<void>(connect(queue_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    }
}

void ScriptedPeer::accept() {
    while (!stopping_) {
        pollfd wait = {listener_, POLLIN, 0};
        if (poll(&wait, 1, lookAround) <= 0) continue;
        const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        reached_ = true;
        const timeval timeout = {0, lookAround * 1000};
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
        clients_.emplace_back([this, client] { serve(client); });
    }
}

void ScriptedPeer::serve(int client) const {
    if (sickness_ == Sickness::Resets) return closeWithReset(client);
    say(client);
    // One that talked and went would look like one that breaks off.
    while (!stopping_ && sickness_ != Sickness::BreaksOff) poll(nullptr, 0, lookAround);
    close(client);
}

void ScriptedPeer::say(int client) const {
    static constexpr char garbage[] = "\xFF\x00\x01garbage\r\n\r\n{]}\x7F\xC3\x28 4711 -9999999999999999999 \0\0\0";
    switch (sickness_) {
        case Sickness::BreaksOff: {
            pollfd asked = {client, POLLIN, 0};
            while (!stopping_ && poll(&asked, 1, lookAround) == 0) continue;
            sendAll(client, "HTTP/1.", 7);
            return;
        }
        case Sickness::Garbage:
            sendAll(client, garbage, sizeof(garbage));
            return;
        case Sickness::Drips:
            return drip(client);
        case Sickness::Floods:
            return flood(client);
        default:
            return;
    }
}

void ScriptedPeer::drip(int client) const {
    while (!stopping_ && sendAll(client, "1", 1)) poll(nullptr, 0, lookAround);
}

void ScriptedPeer::flood(int client) const {
    constexpr size_t most = 100'000'000;
    const std::string block(65536, '1');
    for (size_t sent = 0; sent < most && !stopping_;) {
        const auto count = send(client, block.data(), block.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) return;
        if (count > 0) sent += static_cast<size_t>(count);
    }
}

} // namespace probehost::authoring
