// Whole conversations with the front, in the open and on the admin socket, through to the handlers: every one ends, and
// what is answered is HTTP.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <climits>
#include <csignal>

#include "fuzz_input.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"

using namespace probehost;
using fuzz::require;

namespace {

std::shared_ptr<const Report> oneCheckFailing() {
    CheckState check{.name = "data base", .checker = "postgres", .everRan = true, .error = "Connection refused"};
    check.probes.add(Probe::Ready);
    return std::make_shared<Report>(Report{.checks = {check}});
}

class Source : public HealthSource {
  public:
    std::shared_ptr<const Report> report() override { return report_; }
    std::string service() const override { return "orders"; }
    FrontSettings frontSettings() const override { return {}; }
    AppState& appState() override { return app_; }
    std::future<ReloadOutcome> requestReload() override {
        return std::async(std::launch::deferred, [] { return ReloadOutcome(); });
    }

  private:
    std::shared_ptr<const Report> report_ = oneCheckFailing();
    AppState app_;
};

std::string adminPath() { return "/tmp/probehost-fuzz-" + std::to_string(getpid()) + ".sock"; }

// libFuzzer's clock would interrupt the waits below.
void holdBackAlarms() {
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
}

Front* startFront() {
    static Source source;
    static const std::atomic<int64_t> beat = LLONG_MAX / 2;
    FrontOptions options;
    options.listen = {{"127.0.0.1:0"}};
    options.limits.perAddress = 0;
    options.handlers = probeHandlers(source);
    options.admin = AdminOptions{adminPath(), adminHandlers(source)};
    options.routed = [](std::string_view path) { return path.starts_with("/x"); };
    options.refresh = [](Probe) {};
    auto* front = new Front(std::move(options), beat);
    front->publish(ProbeAnswers::beforeFirstResults());
    front->start();
    holdBackAlarms();
    static Front* running = front;
    std::atexit([] { running->stop(), unlink(adminPath().c_str()); });
    return front;
}

sockaddr_in loopback(uint32_t host, uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
    address.sin_port = htons(port);
    return address;
}

// From ever another address, because the kernel keeps the ports of one back for a minute.
int openConnection(uint16_t port) {
    static uint32_t host = 0;
    host = (host + 1) % 4096;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto from = loopback(host, 0);
    const auto to = loopback(0, port);
    const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) == 0;
    const bool open = bound && connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
    require(open, "the front takes connections");
    return fd;
}

int adminConnection() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    adminPath().copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0, "the front takes its admin");
    return fd;
}

std::string answerTo(int fd, std::string_view said) {
    send(fd, said.data(), said.size(), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    std::string answer;
    std::array<char, 4096> buffer;
    for (;;) {
        pollfd readable = {fd, POLLIN, 0};
        require(poll(&readable, 1, 4000) > 0, "who has said all is answered and let go");
        const auto count = recv(fd, buffer.data(), buffer.size(), 0);
        if (count <= 0) return answer;
        answer.append(buffer.data(), static_cast<size_t>(count));
    }
}

} // namespace

// "a" for the admin socket or anything else for the open one, and what the client says.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const uint16_t port = startFront()->port();
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const int fd = parts.byte() == 'a' ? adminConnection() : openConnection(port);
    const auto answer = answerTo(fd, parts.rest());
    close(fd);
    require(answer.empty() || answer.starts_with("HTTP/1."), "an answer is HTTP");
    return 0;
}
