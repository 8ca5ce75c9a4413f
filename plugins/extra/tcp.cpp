// SPDX-License-Identifier: MIT-0
// tcp: a port takes connections and, where that is wanted, what it says begins as expected.
//
//   g++ -std=c++17 -O2 tcp.cpp $(pkg-config --cflags --libs probehost-sdk libcares) -o tcp.so
#include <ares.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <probehost/checker.hpp>
#include <system_error>
#include <vector>

namespace {

namespace sdk = probehost::sdk;
using sdk::Verdict;

constexpr auto kSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"required": ["host", "port"],
"properties": {
  "host": {"type": "string", "minLength": 1,
    "description": "The name or address to connect to."},
  "port": {"type": "integer", "minimum": 1, "maximum": 65535,
    "description": "The port to connect to."},
  "send": {"type": "string", "maxLength": 4096, "writeOnly": true,
    "description": "What is sent once connected; by default nothing."},
  "expect": {"type": "string", "maxLength": 4096,
    "description": "What the answer must begin with; by default a connection is enough."}
}})json";

constexpr auto kAbout = R"json({"example": {"host": "mail.example.org", "port": 25, "expect": "220 "}})json";

const char* wordsFor(int error) {
    switch (error) {
        case ECONNREFUSED:
            return "Connection refused";
        case ECONNRESET:
        case EPIPE:
            return "Connection reset";
        case ENETUNREACH:
        case EHOSTUNREACH:
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
            return "Network unreachable";
        case ETIMEDOUT:
            return "Connection timed out";
        case EACCES:
        case EPERM:
            return "Permission denied";
        case EMFILE:
        case ENFILE:
            return "Too many open files";
        default:
            return "Connection failed";
    }
}

Verdict failure(int error, const std::string& doing) {
    return sdk::fail(wordsFor(error), doing + ": " + std::generic_category().message(error));
}

using Channel = std::unique_ptr<ares_channeldata, decltype(&ares_destroy)>;
using Addresses = std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)>;

struct Answer {
    int status = -1; // c-ares', once there is one
    Addresses addresses{nullptr, ares_freeaddrinfo};
};

// The first question may take a quarter of the time, so that a dead name server leaves room for the next one.
Channel openChannel(sdk::milliseconds time) {
    ares_options options{};
    options.flags = ARES_FLAG_IGNTC; // addresses fit into a datagram
    options.timeout = static_cast<int>(std::clamp<int64_t>(time.count() / 4, 50, 2000));
    options.tries = 4;
    ares_channel channel = nullptr;
    const int status = ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (status != ARES_SUCCESS) throw sdk::fail("Name not resolved", ares_strerror(status));
    return {channel, ares_destroy};
}

// Waits for the name servers, but neither longer than c-ares' own timer nor past the run's end.
void step(ares_channel channel, const sdk::Run& run) {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int wanted = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
    std::vector<pollfd> waiting{{run.cancelFd(), POLLIN, 0}};
    for (int i = 0; i < ARES_GETSOCK_MAXNUM && ARES_GETSOCK_READABLE(wanted, i); i++)
        waiting.push_back({sockets[i], POLLIN, 0});
    const auto left = std::min<int64_t>(run.remaining().count(), 1000);
    timeval longest{left / 1000, left % 1000 * 1000}, buffer{};
    const timeval* timer = ares_timeout(channel, &longest, &buffer);
    poll(waiting.data(), waiting.size(), static_cast<int>(timer->tv_sec * 1000 + timer->tv_usec / 1000 + 1));
    if (waiting.front().revents != 0 || run.passed()) throw sdk::Cancelled();
    for (const auto& [socket, events, seen] : waiting)
        ares_process_fd(channel, seen != 0 ? socket : ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

// By c-ares, because getaddrinfo() knows no deadline. Numeric hosts and those of the hosts file are answered at once.
Addresses resolve(const std::string& host, const std::string& port, const sdk::Run& run) {
    Answer answer; // outlives the channel, which answers at the latest when it is destroyed
    const auto channel = openChannel(run.remaining());
    const bool digits = host.find_first_not_of("0123456789.") == std::string::npos;
    const int family = digits ? AF_INET : AF_UNSPEC; // else c-ares asks for the name "127.0.0.1"
    const ares_addrinfo_hints hints{ARES_AI_NUMERICSERV, family, SOCK_STREAM, 0};
    const auto take = [](void* into, int status, int, ares_addrinfo* found) {
        static_cast<Answer*>(into)->status = status;
        static_cast<Answer*>(into)->addresses.reset(found);
    };
    ares_getaddrinfo(channel.get(), host.c_str(), port.c_str(), &hints, take, &answer);
    while (answer.status < 0) step(channel.get(), run);
    if (answer.addresses && answer.addresses->nodes != nullptr) return std::move(answer.addresses);
    throw sdk::fail("Name not resolved", "resolve " + host + ": " + ares_strerror(answer.status));
}

class Socket {
  public:
    explicit Socket(int family) : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        if (fd_ < 0) throw failure(errno, "socket");
    }
    ~Socket() { close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    // 0, or the errno that says why not.
    int connectTo(const ares_addrinfo_node& address, const sdk::Run& run, sdk::milliseconds limit) const {
        if (connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return 0;
        if (errno != EINPROGRESS) return errno;
        if (!run.waitFor(fd_, POLLOUT, limit)) return ETIMEDOUT;
        int error = 0;
        socklen_t size = sizeof(error);
        getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
        return error;
    }

    void sendAll(std::string_view bytes, const sdk::Run& run) const {
        while (!bytes.empty()) {
            run.wait(fd_, POLLOUT);
            const auto count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0 && errno != EAGAIN) throw failure(errno, "send");
            if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
        }
    }

    // At most `most` bytes, at least one.
    std::string receive(size_t most, const sdk::Run& run) const {
        std::string bytes(most, '\0');
        run.wait(fd_, POLLIN);
        const auto count = recv(fd_, bytes.data(), bytes.size(), 0);
        if (count < 0 && errno != EAGAIN) throw failure(errno, "receive");
        if (count == 0) throw sdk::fail("Connection closed", "closed before the expected answer was complete");
        bytes.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
        return bytes;
    }

  private:
    int fd_;
};

class TcpCheck {
  public:
    static constexpr auto info = sdk::Info("tcp", "Connects to a port, and may compare the first bytes that it says")
                                     .schema(kSchema)
                                     .about(kAbout)
                                     .timeout(std::chrono::seconds(2))
                                     .interval(std::chrono::seconds(10));

    explicit TcpCheck(const sdk::Settings& settings)
        : host_(settings.text("host")),
          port_(settings.text("port")),
          send_(settings.text("send")),
          expect_(settings.text("expect")) {}

    Verdict check(const sdk::Run& run) const try {
        return tryEach(*resolve(host_, port_, run), run);
    } catch (const Verdict& early) {
        return early;
    }

  private:
    // Each address gets its share of the time, so that one that swallows packets leaves some for the next.
    Verdict tryEach(const ares_addrinfo& found, const sdk::Run& run) const {
        long left = 0;
        for (const auto* node = found.nodes; node != nullptr; node = node->ai_next) left++;
        Verdict last;
        for (const auto* node = found.nodes; node != nullptr; node = node->ai_next, left--) {
            const Socket socket(node->ai_family);
            const int error = socket.connectTo(*node, run, left == 1 ? run.remaining() : run.remaining() / left);
            if (error == 0) return converse(socket, run);
            last = failure(error, "connect " + host_ + ":" + port_);
        }
        return last;
    }

    // Judges as bytes come: whoever says something else is not waited for.
    Verdict converse(const Socket& socket, const sdk::Run& run) const {
        socket.sendAll(send_, run);
        std::string answer;
        while (answer.size() < expect_.size()) {
            answer += socket.receive(expect_.size() - answer.size(), run);
            if (expect_.compare(0, answer.size(), answer) != 0)
                return sdk::fail("Unexpected answer", "began with '" + answer + "' instead of '" + expect_ + "'");
        }
        return sdk::pass();
    }

    const std::string host_, port_, send_, expect_;
};

} // namespace

PROBEHOST_PLUGIN("tcp", "1.0.0", TcpCheck)
