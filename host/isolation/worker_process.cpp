// posix_spawn, and an orderly burial.
#include "isolation/worker_process.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" { // which this header of glibc 2.36 forgot
#include <sys/pidfd.h>
}

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "isolation/frame.hpp"
#include "isolation/worker_limits.hpp"

namespace probehost {

namespace {

constexpr int lastWait = 1000; // milliseconds for a killed process to end

// Nothing of the host's reaches the plugin but the socket and the plugin's own image: a session of its own has no
// terminal.
class SpawnPlan {
  public:
    SpawnPlan(int socket, int image) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, socket, workerSocket);
        if (image >= 0) posix_spawn_file_actions_adddup2(&actions_, image, workerImage);
        posix_spawn_file_actions_addclosefrom_np(&actions_, image >= 0 ? workerImage + 1 : workerImage);
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    pid_t spawn(const std::string& program, const PluginImage& plugin) const {
        const auto path = std::filesystem::absolute(plugin.file()).string(); // the worker is elsewhere
        const char* copied = plugin.descriptor() >= 0 ? "copied" : nullptr;
        std::array<const char*, 4> arguments = {program.c_str(), path.c_str(), copied, nullptr};
        std::array<const char*, 2> environment = {"PATH=/usr/bin:/bin", nullptr};
        pid_t pid = -1;
        const int failed = posix_spawn(&pid, program.c_str(), &actions_, &attributes_,
                                       const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()));
        if (failed != 0) throw std::runtime_error(program + ": " + std::strerror(failed));
        return pid;
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::string inWords(int status) {
    if (WIFSIGNALED(status)) {
        const char* name = sigabbrev_np(WTERMSIG(status));
        return "crashed: " +
               (name == nullptr ? "signal " + std::to_string(WTERMSIG(status)) : "SIG" + std::string(name));
    }
    if (WEXITSTATUS(status) == workerMemoryStatus) return "exceeded its memory limit";
    if (WEXITSTATUS(status) == workerThreadsStatus) return "exceeded its thread limit";
    return "exited with status " + std::to_string(WEXITSTATUS(status));
}

} // namespace

WorkerProcess::WorkerProcess(const std::string& program, const PluginImage& plugin) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw std::runtime_error(std::string("socketpair: ") + std::strerror(errno));
    }
    socket_ = ends[0];
    try {
        pid_ = SpawnPlan(ends[1], plugin.descriptor()).spawn(program, plugin);
    } catch (const std::runtime_error&) {
        close(ends[0]);
        close(ends[1]);
        throw;
    }
    close(ends[1]);
    pidfd_ = pidfd_open(pid_, 0);
    if (pidfd_ >= 0) return;
    const std::string reason = std::strerror(errno);
    kill();
    waitpid(pid_, nullptr, 0);
    close(socket_);
    throw std::runtime_error("pidfd_open: " + reason);
}

WorkerProcess::~WorkerProcess() {
    kill();
    pollfd wait = {pidfd_, POLLIN, 0};
    if (!ended_ && poll(&wait, 1, lastWait) > 0) ended();
    close(pidfd_);
    close(socket_);
}

bool WorkerProcess::send(std::string_view frame) {
    return ::send(socket_, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
           static_cast<ssize_t>(frame.size());
}

WorkerProcess::Received WorkerProcess::receive(std::string& frame) {
    frame.resize(longestFrame + 1); // one more, so that a longer one is seen to be
    const ssize_t size = recv(socket_, frame.data(), frame.size(), MSG_DONTWAIT);
    if (size > 0) {
        frame.resize(static_cast<size_t>(size));
        return Received::Frame;
    }
    return size < 0 && (errno == EAGAIN || errno == EINTR) ? Received::Nothing : Received::Closed;
}

// Its session and process group are its own, and cannot be left from within. Not after its end: the number may be
// somebody else's.
void WorkerProcess::kill() {
    if (!ended_) ::kill(-pid_, SIGKILL);
}

std::optional<std::string> WorkerProcess::ended() {
    int status = 0;
    if (ended_) return ended_;
    siginfo_t about{};
    const auto id = static_cast<id_t>(pid_);
    if (waitid(P_PID, id, &about, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD)
        return ended_ = "ended"; // a plugin of the host's own process has the kernel forget how
    if (about.si_pid == 0) return std::nullopt;
    ::kill(-pid_, SIGKILL); // what it started, while its number still is its own
    waitpid(pid_, &status, 0);
    ended_ = inWords(status);
    return ended_;
}

} // namespace probehost
