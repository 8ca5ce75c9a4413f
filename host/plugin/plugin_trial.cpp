// Spawns the worker, reads its report, and puts its end into words.
#include "plugin/plugin_trial.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "plugin/plugin_file.hpp"

namespace probehost {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds loadLimit{5};
constexpr size_t longestReport = 4096;

struct Pipe {
    std::array<int, 2> fds{-1, -1};
    Pipe() {
        if (pipe2(fds.data(), O_CLOEXEC) != 0) throw PluginRefused("could not be tried: out of file descriptors");
    }
    ~Pipe() {
        for (const int fd : fds) {
            if (fd >= 0) close(fd);
        }
    }
    void closeWriter() { close(std::exchange(fds[1], -1)); }
};

// The report goes to descriptor 3; nothing else of ours reaches the plugin.
pid_t spawnWorker(const std::string& worker, const std::string& file, int report) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, report, 3);
    posix_spawn_file_actions_addclosefrom_np(&actions, 4);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::array<const char*, 4> arguments = {worker.c_str(), "try", file.c_str(), nullptr};
    std::array<const char*, 2> environment = {"PATH=/usr/bin:/bin", nullptr};
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, worker.c_str(), &actions, &attributes, const_cast<char**>(arguments.data()),
                                   const_cast<char**>(environment.data()));
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) throw PluginRefused("could not be tried: " + worker + ": " + std::strerror(failed));
    return pid;
}

// What the worker says until it closes its end, or until `end`.
std::string readReport(int fd, Clock::time_point end) {
    std::string text;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd wait = {fd, POLLIN, 0};
        const int ready = left > 0 ? poll(&wait, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return text;
        std::array<char, 512> bytes{};
        const ssize_t count = read(fd, bytes.data(), bytes.size());
        if (count <= 0 || text.size() > longestReport) return text;
        text.append(bytes.data(), static_cast<size_t>(count));
    }
}

// The status of the ended worker; nothing when it had to be killed at `end`. What it started is killed in any case.
std::optional<int> reap(pid_t pid, Clock::time_point end) {
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0 && Clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const bool inTime = Clock::now() < end;
    kill(-pid, SIGKILL);
    if (inTime) return status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return std::nullopt;
}

std::string signalName(int number) {
    const char* name = sigabbrev_np(number);
    return name == nullptr ? "signal " + std::to_string(number) : "SIG" + std::string(name);
}

} // namespace

void PluginTrial::require(const std::string& file) const {
    inspectPluginFile(file);
    Pipe report;
    const pid_t pid = spawnWorker(worker_, file, report.fds[1]);
    report.closeWriter();
    const auto end = Clock::now() + loadLimit;
    const std::string said = readReport(report.fds[0], end);
    const auto status = reap(pid, end);
    if (!status) throw PluginRefused("did not finish loading within 5s");
    if (WIFSIGNALED(*status)) throw PluginRefused("crashed while loading: " + signalName(WTERMSIG(*status)));
    if (said.empty()) throw PluginRefused("ended the process while loading");
    if (said != "ok") throw PluginRefused(said);
}

} // namespace probehost
