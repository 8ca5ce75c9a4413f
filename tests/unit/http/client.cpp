// Plain sockets and poll, so that nothing tidies up what a test sends.
#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

namespace probehost::test {
namespace {

using Clock = std::chrono::steady_clock;

bool isReadable(int fd, Clock::time_point deadline) {
    pollfd entry{fd, POLLIN, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return ::poll(&entry, 1, static_cast<int>(std::max<int64_t>(0, left))) > 0;
}

Answer parseHead(const std::string& head) {
    Answer answer;
    answer.head = head;
    answer.status = std::stoi(head.substr(9, 3));
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
        const std::size_t end = head.find("\r\n", at);
        const std::size_t colon = head.find(": ", at);
        if (end == at || colon > end) break;
        answer.fields[head.substr(at, colon - at)] = head.substr(colon + 2, end - colon - 2);
        at = end + 2;
    }
    return answer;
}

} // namespace

Client::Client() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) { REQUIRE(fd_); }

Client::Client(uint16_t port, const std::string& host)
    : fd_(::socket(host.find(':') == std::string::npos ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(fd_);
    connect(port, host);
}

Client Client::toUnix(const std::string& path) {
    Client client(FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::connect(client.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return client;
}

void Client::connect(uint16_t port, const std::string& host) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        REQUIRE(::connect(fd(), reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0);
    } else {
        REQUIRE(::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1);
        REQUIRE(::connect(fd(), reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0);
    }
}

// What the other side no longer wants is dropped, as a network would.
Client& Client::send(const std::string& bytes) {
    static_cast<void>(::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    return *this;
}

void Client::closeSending() { ::shutdown(fd(), SHUT_WR); }

bool Client::fill(Clock::time_point deadline) {
    if (!isReadable(fd(), deadline)) return false;
    char chunk[16384];
    const ssize_t got = ::recv(fd(), chunk, sizeof chunk, 0);
    if (got > 0) buffer_.append(chunk, static_cast<std::size_t>(got));
    return got > 0;
}

Answer Client::receive(bool hasBody, std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!fill(deadline)) return {};
    Answer answer = parseHead(buffer_.substr(0, end + 4));
    buffer_.erase(0, end + 4);
    const auto length = answer.fields.find("Content-Length");
    if (!hasBody || length == answer.fields.end()) return answer;
    const std::size_t size = std::stoul(length->second);
    while (buffer_.size() < size)
        if (!fill(deadline)) return {};
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
}

Answer Client::get(const std::string& target, const std::string& fields) { return ask(request(target, fields)); }

std::string Client::receiveAll(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (fill(deadline)) {
    }
    return std::exchange(buffer_, {});
}

bool Client::isClosedWithin(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (fill(deadline)) {
    }
    char byte = 0;
    return ::recv(fd(), &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EINTR);
}

bool Client::hasAnswerWithin(std::chrono::milliseconds timeout) {
    return !buffer_.empty() || isReadable(fd(), Clock::now() + timeout);
}

std::string request(const std::string& target, const std::string& fields, const std::string& method) {
    return method + " " + target + " HTTP/1.1\r\nHost: probes\r\n" + fields + "\r\n";
}

std::string statuses(const std::string& stream) {
    std::string found;
    for (std::size_t at = stream.find("HTTP/1.1 "); at != std::string::npos; at = stream.find("HTTP/1.1 ", at + 1)) {
        if (!found.empty()) found += ' ';
        found.append(stream, at + 9, 3);
    }
    return found;
}

} // namespace probehost::test
