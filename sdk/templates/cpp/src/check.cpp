// @NAME@ passes when the service at a port of this machine greets whoever connects, as SSH, SMTP and others do.
#include <probehost/checker.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <system_error>

namespace {

namespace sdk = probehost::sdk;

class Socket {
  public:
    Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { close(fd_); }

    int fd() const { return fd_; }

    // 0, or why it cannot be connected. Throws when the run is over.
    int connectTo(uint16_t port, const sdk::Run& run) const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return 0;
        if (errno != EINPROGRESS) return errno;
        run.wait(fd_, POLLOUT);
        int problem = 0;
        socklen_t size = sizeof(problem);
        return getsockopt(fd_, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 ? problem : errno;
    }

  private:
    int fd_;
};

class Check {
  public:
    static constexpr auto info = sdk::Info("@NAME@", "Waits for the greeting of a service on this machine")
                                     .timeout(std::chrono::milliseconds(1000))
                                     .about(R"({"example":{"port":2525}})")
                                     .schema(R"({"type":"object","additionalProperties":false,"required":["port"],
            "properties":{"port":{"type":"integer","minimum":1,"maximum":65535,
                                  "description":"The TCP port of the service"}}})");

    // The host has validated the settings against the schema.
    explicit Check(const sdk::Settings& settings) : port_(static_cast<uint16_t>(settings.integer("port", 0))) {
        if (port_ == 0) throw sdk::ConfigError("port: expected a number from 1 to 65535");
    }

    // The first text of a verdict is for strangers, and the same every time; the second is for operators.
    sdk::Verdict check(sdk::Run& run) {
        const Socket service;
        const int problem = service.connectTo(port_, run);
        if (problem == ECONNREFUSED) return sdk::fail("Connection refused", "nobody listens at the port");
        if (problem != 0) return sdk::fail("Connection failed", std::strerror(problem));

        char greeting[512];
        run.wait(service.fd(), POLLIN); // at the deadline this throws, and the host says "Timeout after 1000ms"
        const ssize_t length = recv(service.fd(), greeting, sizeof(greeting), 0);
        if (length < 0) return sdk::fail("Connection failed", std::strerror(errno));
        if (length == 0) return sdk::fail("No greeting", "the service closed the connection");
        run.fact("greeting", static_cast<double>(length), "bytes");
        return sdk::pass();
    }

  private:
    uint16_t port_;
};

} // namespace

PROBEHOST_PLUGIN("@NAME@", "0.1.0", Check)
