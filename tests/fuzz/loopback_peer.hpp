// A server on this machine's loopback address, for code that opens its connections itself.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <mutex>
#include <string>
#include <thread>

#include "fuzz_input.hpp"

namespace probehost::fuzz {

// Hears the head of a request on each connection, says what it was told to say, and closes. Lives as long as the
// process.
class LoopbackPeer {
  public:
    LoopbackPeer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        auto* any = reinterpret_cast<sockaddr*>(&address);
        require(bind(listener_, any, length) == 0 && listen(listener_, 16) == 0, "the loopback address can be had");
        getsockname(listener_, any, &length);
        port_ = ntohs(address.sin_port);
        std::thread([this] { serve(); }).detach();
    }

    uint16_t port() const { return port_; }

    void willSay(std::string_view bytes) {
        const std::scoped_lock lock(mutex_);
        said_ = bytes;
    }

  private:
    [[noreturn]] void serve() {
        for (;;) {
            const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            hear(client);
            say(client);
            close(client);
        }
    }

    static void hear(int client) {
        std::string heard;
        std::array<char, 4096> buffer;
        while (heard.find("\r\n\r\n") == std::string::npos) {
            const auto count = recv(client, buffer.data(), buffer.size(), 0);
            if (count <= 0) return;
            heard.append(buffer.data(), static_cast<size_t>(count));
        }
    }

    // Waits until the other side has closed as well: to close before it has read would take the bytes away from it.
    void say(int client) {
        std::unique_lock lock(mutex_);
        const auto bytes = said_;
        lock.unlock();
        send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        shutdown(client, SHUT_WR);
        hear(client);
    }

    int listener_;
    uint16_t port_ = 0;
    std::mutex mutex_;
    std::string said_;
};

} // namespace probehost::fuzz
