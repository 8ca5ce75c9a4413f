// The parent's end: spawn, listen, bury.
#include "authoring/test_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
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

#include "authoring/report_pipe.hpp"
#include "plugin/bounded_text.hpp"
#include "plugin/installation.hpp"

namespace probehost::authoring {

namespace {

constexpr int reportFd = 3;
constexpr size_t longestChatter = 300;

[[noreturn]] void cannot(const char* what, int error) {
    throw std::runtime_error(std::string(what) + ": " + std::strerror(error));
}

class Owned {
  public:
    explicit Owned(int fd) : fd_(fd) {}
    ~Owned() { reset(); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    int get() const { return fd_; }
    void reset() {
        if (fd_ >= 0) close(fd_);
        fd_ = -1;
    }

  private:
    int fd_;
};

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// Its standard streams, the report, and nothing else of the parent's; signals as at the start of a program.
class Launch {
  public:
    Launch(int chatter, int report) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, report, reportFd);
        posix_spawn_file_actions_adddup2(&actions_, chatter, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions_, reportFd + 1);
        posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~Launch() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;

    pid_t start(std::vector<std::string> words, std::vector<std::string> variables) const {
        pid_t pid = -1;
        const int failed = posix_spawn(&pid, "/proc/self/exe", &actions_, &attributes_, pointersTo(words).data(),
                                       pointersTo(variables).data());
        if (failed != 0) cannot("a test's process could not be started", failed);
        return pid;
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::vector<std::string> commandLine(const VerifyTest& test, const Subject& subject) {
    std::vector<std::string> words = {"probehost",    "plugin",
                                      "verify",       subject.file,
                                      "--in-process", test.id,
                                      "--report",     std::to_string(reportFd),
                                      "--seed",       std::to_string(subject.seed)};
    const auto add = [&words](const char* option, const std::string& value) {
        if (!value.empty()) words.push_back(option + ("=" + value));
    };
    add("--with", subject.settingsFile);
    add("--checker", subject.checker);
    add("--previous", subject.previous);
    add("--glibc", subject.glibc);
    return words;
}

std::vector<std::string> environment(const VerifyTest& test) {
    std::vector<std::string> variables;
    for (char** each = environ; *each != nullptr; each++) variables.emplace_back(*each);
    const auto clock = std::filesystem::path(workerProgram()).replace_filename("stepped_clock.so").string();
    if (test.stepsClock) variables.insert(variables.begin(), "LD_PRELOAD=" + clock); // the first of a name counts
    return variables;
}

std::string chatterIn(int fd) {
    std::array<char, longestChatter> bytes{};
    const auto count = pread(fd, bytes.data(), bytes.size(), 0);
    auto text = boundedText({bytes.data(), count > 0 ? static_cast<size_t>(count) : 0}, bytes.size());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

class Child {
  public:
    Child(const VerifyTest& test, const Subject& subject)
        : chatter_(memfd_create("chatter", MFD_CLOEXEC)), limit_(test.limit) {
        std::array<int, 2> ends{};
        if (chatter_.get() < 0 || pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) cannot("no pipe", errno);
        const Owned writing(ends[1]);
        report_ = ends[0];
        fcntl(writing.get(), F_SETFL, 0); // the child waits while its reports are not read
        pid_ = Launch(chatter_.get(), writing.get()).start(commandLine(test, subject), environment(test));
        pidfd_ = pidfd_open(pid_, 0);
    }
    ~Child() {
        end();
        close(report_);
        if (pidfd_ >= 0) close(pidfd_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // False when it had to be ended.
    bool listen() {
        const auto until = std::chrono::steady_clock::now() + limit_;
        for (;;) {
            using std::chrono::milliseconds;
            const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now()).count();
            if (left <= 0) return false;
            std::array<pollfd, 2> both = {pollfd{open_ ? report_ : -1, POLLIN, 0}, pollfd{pidfd_, POLLIN, 0}};
            poll(both.data(), both.size(), static_cast<int>(left));
            drain();
            if ((both[1].revents & POLLIN) != 0) return true;
        }
    }

    // Itself and whatever it started; its status.
    int end() {
        if (ended_) return status_;
        ended_ = true;
        kill(-pid_, SIGKILL);
        while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) continue;
        drain();
        return status_;
    }

    const ReportReader& report() const { return reader_; }
    std::string chatter() const { return chatterIn(chatter_.get()); }

  private:
    void drain() {
        std::array<char, 4096> bytes{};
        ssize_t count = 0;
        while ((count = read(report_, bytes.data(), bytes.size())) > 0)
            reader_.take({bytes.data(), static_cast<size_t>(count)});
        if (count == 0) open_ = false;
    }

    Owned chatter_;
    const std::chrono::seconds limit_;
    int report_ = -1;
    int pidfd_ = -1;
    pid_t pid_ = -1;
    bool open_ = true;
    bool ended_ = false;
    int status_ = 0;
    ReportReader reader_;
};

std::string howItEnded(int status) {
    if (!WIFSIGNALED(status))
        return "the plugin ended the process (exit status " + std::to_string(WEXITSTATUS(status)) + ")";
    const char* name = sigabbrev_np(WTERMSIG(status));
    return name == nullptr ? "crashed: signal " + std::to_string(WTERMSIG(status)) : "crashed: SIG" + std::string(name);
}

std::string whileDoing(const Child& child) {
    const auto& doing = child.report().doing();
    const auto chatter = child.chatter();
    return (doing.empty() ? "" : ", while: " + doing) + (chatter.empty() ? "" : "; it wrote: " + chatter);
}

} // namespace

Finding runInProcess(const VerifyTest& test, const Subject& subject) {
    Child child(test, subject);
    if (!child.listen()) {
        return fail("no end within " + std::to_string(test.limit.count()) + " s" + whileDoing(child), test.fix);
    }
    const int status = child.end();
    const auto& finding = child.report().finding();
    if (finding && WIFEXITED(status) && WEXITSTATUS(status) == 0) return *finding;
    return fail(howItEnded(status) + whileDoing(child), test.fix);
}

} // namespace probehost::authoring
