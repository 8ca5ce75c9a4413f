// Holds thousands of hostile connections to a server on this machine and measures what its probes see meanwhile.
// Usage: front_attack PORT [attack=all|none|idle|slow|keepalive|deaf|huge|churn|mixed] [connections=10000]
//                     [probes=10000] [rate=1000] [pid=PID]
// The status is 0 when no probe failed. With pid, the server's memory is shown too.
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <new>
#include <thread>

#include "attacker.hpp"
#include "prober.hpp"

namespace {

using attack::Kind;

const std::map<std::string, std::vector<Kind>> attacks = {
    {"none", {}},
    {"idle", {Kind::Idle}},
    {"slow", {Kind::Slow}},
    {"keepalive", {Kind::KeepAlive}},
    {"deaf", {Kind::Deaf}},
    {"huge", {Kind::Huge}},
    {"churn", {Kind::Churn}},
    {"mixed", {Kind::Idle, Kind::Slow, Kind::KeepAlive, Kind::Deaf, Kind::Huge}},
};
const std::vector<std::string> everyAttack = {"none", "idle", "slow", "keepalive", "deaf", "huge", "mixed", "churn"};

constexpr int probesAfterwards = 500;

struct Settings {
    uint16_t port = 0;
    std::string attack = "all";
    int connections = 10000;
    int probes = 10000;
    int rate = 1000;
    std::string pid;
};

double megabytes(const std::string& pid) {
    std::ifstream status("/proc/" + pid + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.compare(0, 6, "VmRSS:") == 0) return std::atof(line.c_str() + 6) / 1024;
    return 0;
}

void raiseDescriptorLimit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

attack::Progress& sharedProgress() {
    static void* const page =
        ::mmap(nullptr, sizeof(attack::Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return *::new (page) attack::Progress;
}

pid_t startAttack(const Settings& settings, const std::vector<Kind>& kinds, attack::Progress& progress) {
    attack::Plan plan{settings.port, kinds};
    // Churn needs few connections at a time; it is their making that hurts.
    plan.connections = kinds.front() == Kind::Churn ? std::min(settings.connections, 500) : settings.connections;
    const pid_t attacker = ::fork();
    if (attacker == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        attack::run(plan, progress);
    }
    for (int i = 0; i < 1000 && progress.open < plan.connections * 9 / 10; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return attacker;
}

// Half a second after the attackers have left; returns how many probes failed.
int measureAfterwards(const Settings& settings) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const attack::Measured seen =
        attack::probe(settings.port, probesAfterwards, settings.rate, std::chrono::seconds(60));
    std::printf(" | afterwards %d failed, p99 %.2f ms", seen.failed, seen.quantile(0.99));
    if (!settings.pid.empty()) std::printf(", RSS %.1f MB", megabytes(settings.pid));
    return seen.failed;
}

// Returns how many probes failed.
int measure(const Settings& settings, const std::string& name) {
    attack::Progress& progress = sharedProgress();
    const std::vector<Kind>& kinds = attacks.at(name);
    const double before = megabytes(settings.pid);
    const pid_t attacker = kinds.empty() ? -1 : startAttack(settings, kinds, progress);
    const attack::Measured seen =
        attack::probe(settings.port, settings.probes, settings.rate, std::chrono::seconds(60));
    const double during = megabytes(settings.pid);
    const int open = progress.open;
    if (attacker > 0) {
        ::kill(attacker, SIGKILL);
        ::waitpid(attacker, nullptr, 0);
    }
    std::printf("%-10s %6d open %8llu made | %6zu ok %4d failed | p50 %6.2f p99 %6.2f p99.9 %6.2f max %7.2f ms",
                name.c_str(), open, static_cast<unsigned long long>(progress.made), seen.milliseconds.size(),
                seen.failed, seen.quantile(0.5), seen.quantile(0.99), seen.quantile(0.999), seen.quantile(1));
    if (!settings.pid.empty()) std::printf(" | RSS %.1f -> %.1f MB", before, during);
    const int failedAfterwards = measureAfterwards(settings);
    std::printf("\n");
    std::fflush(stdout);
    return seen.failed + failedAfterwards;
}

Settings read(int argc, char** argv) {
    Settings settings;
    settings.port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
    for (int i = 2; i < argc; ++i) {
        const std::string argument = argv[i];
        const std::size_t equals = argument.find('=');
        const std::string key = argument.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
        if (key == "attack") settings.attack = value;
        if (key == "connections") settings.connections = std::atoi(value.c_str());
        if (key == "probes") settings.probes = std::atoi(value.c_str());
        if (key == "rate") settings.rate = std::atoi(value.c_str());
        if (key == "pid") settings.pid = value;
    }
    return settings;
}

bool makesSense(const Settings& settings) {
    const bool known = settings.attack == "all" || attacks.count(settings.attack) != 0;
    return settings.port != 0 && known && settings.connections > 0 && settings.probes > 0 && settings.rate > 0;
}

} // namespace

int main(int argc, char** argv) {
    const Settings settings = read(argc, argv);
    if (!makesSense(settings)) {
        std::cerr << "usage: front_attack PORT [attack=all|none|idle|slow|keepalive|deaf|huge|churn|mixed]\n"
                     "                    [connections=10000] [probes=10000] [rate=1000] [pid=PID]\n";
        return 64;
    }
    raiseDescriptorLimit();
    int failed = 0;
    const std::vector<std::string> chosen = settings.attack == "all" ? everyAttack : std::vector{settings.attack};
    for (const std::string& name : chosen) failed += measure(settings, name);
    return failed == 0 ? 0 : 1;
}
