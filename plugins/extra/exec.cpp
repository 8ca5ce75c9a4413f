// SPDX-License-Identifier: MIT-0
// exec: runs a Nagios-compatible plugin, such as those of the package monitoring-plugins-basic, and takes its word.
//
//   g++ -std=c++17 -O2 exec.cpp $(pkg-config --cflags --libs probehost-sdk) -o exec.so
//
// It has to run in the host's own process: worker processes may not start programs.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <probehost/checker.hpp>
#include <system_error>
#include <vector>

extern "C" { // which glibc 2.36 forgot
#include <sys/pidfd.h>
}

namespace {

namespace sdk = probehost::sdk;
using sdk::Verdict;

constexpr size_t kKept = 4096;         // bytes of each output stream; the rest is read and forgotten
constexpr int kDyingMilliseconds = 50; // what SIGKILL takes to work, unless the kernel holds the program

constexpr auto kSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"required": ["command"],
"properties": {
  "command": {
    "type": "array", "minItems": 1, "maxItems": 256,
    "items": {"type": "string"},
    "description": "The program, with its whole path, and its arguments; no shell reads them. Everybody on this machine can see them, so secrets belong into environment."},
  "environment": {
    "type": "array", "maxItems": 64,
    "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,100}=", "writeOnly": true},
    "description": "Variables as NAME=value, beside PATH and LC_ALL, which is all that the program is given otherwise."},
  "message": {
    "enum": ["status", "output"], "default": "status",
    "description": "What strangers read when it does not pass: Warning, Critical or Unknown; or the first line of the program's output."}
}})json";

constexpr auto kAbout =
    R"json({"example": {"command": ["/usr/lib/nagios/plugins/check_load", "-w", "8,6,4", "-c", "16,12,8"]}})json";

class Descriptor {
  public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    int get() const { return fd_; }

  private:
    int fd_;
};

Verdict notStarted(int error, const std::string& doing) {
    const bool absent = error == ENOENT || error == ENOTDIR;
    const char* message = absent            ? "Program not found"
                          : error == EACCES ? "Program not executable"
                                            : "Program not started";
    return sdk::fail(message, doing + ": " + std::generic_category().message(error));
}

// One output stream of the program, of which the beginning is kept.
struct Stream {
    Descriptor ours, theirs;
    std::string text;

    Stream() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw notStarted(errno, "pipe");
        ours = Descriptor(ends[0]);
        theirs = Descriptor(ends[1]);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }

    // What is there now, at most 64 KiB of it.
    void take() {
        std::array<char, 65536> chunk;
        const auto count = read(ours.get(), chunk.data(), chunk.size());
        if (count > 0) text.append(chunk.data(), std::min(static_cast<size_t>(count), kKept - text.size()));
    }

    // Without performance data, which follow a bar.
    std::string firstLine() const { return text.substr(0, text.find_first_of("\r\n|")); }
};

// What the program has instead of what the host has: no descriptors, signals as a shell leaves them, "/" to work in.
class SpawnPlan {
  public:
    SpawnPlan(const Stream& out, const Stream& err) {
        sigset_t every, none;
        sigfillset(&every);
        sigemptyset(&none);
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setsigdefault(&attributes_, &every);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setpgroup(&attributes_, 0); // a group of its own, named after it
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, out.theirs.get(), 1);
        posix_spawn_file_actions_adddup2(&actions_, err.theirs.get(), 2);
        posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    pid_t start(std::vector<std::string> command, std::vector<std::string> environment) const {
        pid_t pid = 0;
        const int error = posix_spawn(&pid, command[0].c_str(), &actions_, &attributes_, pointers(command).data(),
                                      pointers(environment).data());
        if (error != 0) throw notStarted(error, command[0]);
        return pid;
    }

  private:
    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> found;
        for (auto& text : texts) found.push_back(text.data());
        found.push_back(nullptr);
        return found;
    }

    posix_spawnattr_t attributes_;
    posix_spawn_file_actions_t actions_;
};

// True when nobody of a process group is left to await: beside the program its orphans, where the host is process 1.
bool buried(pid_t group) {
    pid_t one = 0;
    do one = waitpid(-group, nullptr, WNOHANG);
    while (one > 0);
    return one < 0;
}

// A started program. However this ends, the whole process group is killed, and the program awaited or left to `dying`.
class Program {
  public:
    Program(pid_t pid, std::vector<pid_t>& dying) : pid_(pid), ended_(pidfd_open(pid, 0)), dying_(dying) {}
    ~Program() {
        kill(-pid_, SIGKILL); // while nobody has awaited the program, its group's number is nobody else's
        pollfd end{ended_.get(), POLLIN, 0};
        poll(&end, 1, kDyingMilliseconds);
        if (!buried(pid_)) dying_.push_back(pid_);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // Until it ends: its children may hold the pipes open for longer.
    void follow(Stream& out, Stream& err, const sdk::Run& run) const {
        if (ended_.get() < 0) throw notStarted(EMFILE, "pidfd_open");
        pollfd waiting[] = {{out.ours.get(), POLLIN, 0},
                            {err.ours.get(), POLLIN, 0},
                            {ended_.get(), POLLIN, 0},
                            {run.cancelFd(), POLLIN, 0}}; // both ends of the pipes are ours, so these do not end
        while (waiting[2].revents == 0) {
            poll(waiting, 4, static_cast<int>(run.remaining().count()));
            if (waiting[3].revents != 0 || run.passed()) throw sdk::Cancelled();
            out.take();
            err.take();
        }
    }

    siginfo_t outcome() const {
        siginfo_t about{};
        waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT);
        return about;
    }

  private:
    pid_t pid_;
    Descriptor ended_; // readable once it has
    std::vector<pid_t>& dying_;
};

std::vector<std::string> listOf(const sdk::Settings& settings, const std::string& name) {
    std::vector<std::string> found;
    while (const auto item = settings.find("/" + name + "/" + std::to_string(found.size()))) found.push_back(*item);
    return found;
}

class ExecCheck {
  public:
    static constexpr auto info = sdk::Info("exec", "Runs a Nagios-compatible plugin")
                                     .schema(kSchema)
                                     .about(kAbout)
                                     .startsPrograms()
                                     .timeout(std::chrono::seconds(10))
                                     .interval(std::chrono::seconds(30))
                                     .maxAge(std::chrono::seconds(30));

    explicit ExecCheck(const sdk::Settings& settings)
        : command_(listOf(settings, "command")),
          environment_{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"},
          shows_output_(settings.text("message") == "output") {
        if (command_[0].rfind('/', 0) != 0) throw sdk::ConfigError("command: expected a program's whole path first");
        for (auto& variable : listOf(settings, "environment")) environment_.push_back(std::move(variable));
    }

    Verdict check(const sdk::Run& run) try {
        dying_.erase(std::remove_if(dying_.begin(), dying_.end(), buried), dying_.end());
        Stream out, err;
        const Program program(SpawnPlan(out, err).start(command_, environment_), dying_);
        program.follow(out, err, run);
        return judge(program.outcome(), out.firstLine(), err.firstLine());
    } catch (const Verdict& early) {
        return early;
    }

  private:
    Verdict judge(const siginfo_t& outcome, const std::string& out, const std::string& err) const {
        const auto detail = out.empty() && !err.empty() ? "stderr: " + err : out;
        if (outcome.si_code != CLD_EXITED)
            return sdk::fail("Program crashed", std::string("ended by signal ") + sigdescr_np(outcome.si_status));
        if (outcome.si_status == 0) return sdk::pass(detail);
        static constexpr std::array words{"", "Warning", "Critical", "Unknown"};
        const auto code = static_cast<size_t>(outcome.si_status);
        auto message = code < words.size() ? words[code] : "Exit status " + std::to_string(code);
        if (shows_output_ && !out.empty()) message = out;
        return code == 1 ? sdk::warn(message, detail) : sdk::fail(message, detail);
    }

    std::vector<std::string> command_, environment_;
    bool shows_output_;
    std::vector<pid_t> dying_;
};

} // namespace

PROBEHOST_PLUGIN("exec", "1.0.0", ExecCheck)
