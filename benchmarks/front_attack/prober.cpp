// A probe has failed unless a 200 is there within a second.
#include "prober.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

namespace attack {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::string_literals;

constexpr int mostTold = 5;

// What is wrong with the answer, in words; nothing when it is a whole 200.
std::string askedOf(int fd) {
    const std::string request = "GET /health HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n";
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return "send: "s + std::strerror(errno);
    std::string answer;
    char bytes[4096];
    ssize_t got = 0;
    while ((got = ::recv(fd, bytes, sizeof bytes, 0)) > 0) answer.append(bytes, static_cast<std::size_t>(got));
    if (got < 0) return "after " + std::to_string(answer.size()) + " bytes: " + std::strerror(errno);
    const bool passed = answer.compare(0, 12, "HTTP/1.1 200") == 0 && answer.find("\r\n\r\n") != std::string::npos;
    return passed ? "" : "answer: " + answer;
}

std::string probeOnce(uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval second{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    const std::string wrong = connected ? askedOf(fd) : "connect: "s + std::strerror(errno);
    ::close(fd);
    return wrong;
}

} // namespace

double Measured::quantile(double part) const {
    if (milliseconds.empty()) return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(milliseconds.size()));
    return milliseconds[std::min(at, milliseconds.size() - 1)];
}

Measured probe(uint16_t port, int count, int perSecond, std::chrono::seconds longest) {
    Measured measured;
    const auto began = Clock::now();
    for (int i = 0; i < count && Clock::now() - began < longest; ++i) {
        std::this_thread::sleep_until(began + std::chrono::microseconds(int64_t{1000000} * i / perSecond));
        const auto sent = Clock::now();
        const std::string wrong = probeOnce(port);
        const double took = std::chrono::duration<double, std::milli>(Clock::now() - sent).count();
        if (wrong.empty() && took < 1000) {
            measured.milliseconds.push_back(took);
        } else {
            ++measured.failed;
            if (measured.failed <= mostTold)
                std::fprintf(stderr, "a probe failed after %.1f ms: %s\n", took, wrong.c_str());
        }
    }
    std::sort(measured.milliseconds.begin(), measured.milliseconds.end());
    return measured;
}

} // namespace attack
