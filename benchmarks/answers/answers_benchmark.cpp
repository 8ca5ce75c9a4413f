// A probe's way, in parts and as a whole: a report becomes answers, a request finds its answer, a client gets it.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "http/front.hpp"
#include "http/http_parser.hpp"
#include "http/report_json.hpp"
#include "http/routing.hpp"

namespace {

using namespace probehost;

Report reportOf(int64_t checks) {
    Report report;
    for (int64_t i = 0; i < checks; i++) {
        CheckState state;
        state.name = "check-" + std::to_string(i);
        state.probes = ProbeSet(7);
        state.healthy = i % 10 != 0;
        state.everRan = true;
        state.latencyMs = 1.25;
        if (!state.healthy) state.error = "Connection refused";
        report.checks.push_back(state);
    }
    return report;
}

void render(benchmark::State& state) {
    const auto report = reportOf(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(renderAnswers(report, "service", {}));
}

constexpr std::string_view kubelet =
    "GET /health/ready HTTP/1.1\r\nHost: 10.0.0.1:8000\r\nUser-Agent: kube-probe/1.32\r\nAccept: */*\r\n\r\n";

void route(benchmark::State& state) {
    const FrontSettings settings;
    const Limits limits;
    const RenderedAnswers answers(renderAnswers(reportOf(5), "service", {}));
    for (auto _ : state) {
        const auto read = readHead(kubelet, 0, limits.head);
        const auto found = probehost::route(read.request, settings, limits, {});
        benchmark::DoNotOptimize(answers.answer(found.probe, {methodOf(read.request), false, Persistence::Implied}));
    }
}

int connectTo(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("the front cannot be reached");
    return client;
}

void ask(int client) {
    char answer[4096];
    if (::send(client, kubelet.data(), kubelet.size(), 0) < 0 || ::recv(client, answer, sizeof answer, 0) <= 0)
        throw std::runtime_error("the front does not answer");
}

class RunningFront {
  public:
    RunningFront() : front_(options(), beat_) {
        front_.publish(renderAnswers(reportOf(5), "service", std::chrono::steady_clock::time_point::max()));
        front_.start();
    }
    ~RunningFront() { front_.stop(); }
    uint16_t port() const { return front_.port(); }

  private:
    static FrontOptions options() {
        FrontOptions options;
        options.listen = {{"127.0.0.1:0"}};
        return options;
    }

    const std::atomic<int64_t> beat_ = INT64_MAX / 2;
    Front front_;
};

void keptConnection(benchmark::State& state) {
    const RunningFront front;
    const int client = connectTo(front.port());
    for (auto _ : state) ask(client);
    ::close(client);
}

void newConnection(benchmark::State& state) {
    const RunningFront front;
    for (auto _ : state) {
        const int client = connectTo(front.port());
        ask(client);
        ::close(client);
    }
}

BENCHMARK(render)->Arg(5)->Arg(50)->Arg(500)->Arg(5000)->Unit(benchmark::kMicrosecond);
BENCHMARK(route);
BENCHMARK(keptConnection)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(newConnection)->UseRealTime()->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
