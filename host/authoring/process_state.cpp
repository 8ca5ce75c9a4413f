// Everything is asked of the kernel or the C library, nothing is remembered.
#include "authoring/process_state.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cfenv>
#include <chrono>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace probehost::authoring {

namespace {

constexpr int firstOther = 3; // behind the standard streams
constexpr std::chrono::milliseconds settleTime{1000};

unsigned currentUmask() {
    const auto mask = umask(0);
    umask(mask);
    return mask;
}

std::string currentLocale() {
    const char* name = std::setlocale(LC_ALL, nullptr); // NOLINT(concurrency-mt-unsafe): it only asks
    return name == nullptr ? "" : name;
}

} // namespace

long residentKilobytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
    }
    return 0;
}

size_t threadCount() {
    std::error_code failed;
    const std::filesystem::directory_iterator all("/proc/self/task", failed);
    return static_cast<size_t>(std::distance(begin(all), {}));
}

std::map<int, std::string> openDescriptors() {
    std::map<int, std::string> open;
    DIR* directory = opendir("/proc/self/fd");
    if (directory == nullptr) return open;
    while (const auto* entry = readdir(directory)) {
        const int fd = static_cast<int>(std::strtol(entry->d_name, nullptr, 10));
        if (fd < firstOther || fd == dirfd(directory)) continue;
        std::error_code failed;
        open[fd] = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), failed).string();
    }
    closedir(directory);
    return open;
}

ProcessState::ProcessState()
    : threads_(threadCount()),
      descriptors_(openDescriptors()),
      umask_(currentUmask()),
      locale_(currentLocale()),
      rounding_(std::fegetround()) {
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action {};
        sigaction(number, nullptr, &action);
        actions_.push_back({reinterpret_cast<void*>(action.sa_handler), action.sa_flags}); // of either form
        blocked_.push_back(sigismember(&mask, number) == 1);
    }
    std::error_code failed;
    workingDirectory_ = std::filesystem::current_path(failed).string();
    for (char** entry = environ; *entry != nullptr; entry++) environment_.emplace_back(*entry);
    for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
        rlimit limit{};
        getrlimit(static_cast<__rlimit_resource>(resource), &limit);
        limits_.emplace_back(limit.rlim_cur, limit.rlim_max);
    }
}

std::vector<std::string> ProcessState::changesSince(const ProcessState& before) const {
    std::vector<std::string> changes;
    const auto note = [&changes](bool differs, const std::string& what) {
        if (differs) changes.push_back(what);
    };
    note(threads_ != before.threads_,
         std::to_string(threads_) + " threads in place of " + std::to_string(before.threads_));
    for (const auto& [fd, what] : descriptors_) {
        if (!before.descriptors_.contains(fd))
            changes.push_back("descriptor " + std::to_string(fd) + " is open (" + what + ")");
    }
    for (size_t i = 0; i < actions_.size(); i++) {
        const char* name = sigabbrev_np(static_cast<int>(i) + 1);
        const auto signal = name == nullptr ? "signal " + std::to_string(i + 1) : "SIG" + std::string(name);
        note(actions_[i] != before.actions_[i], "the action of " + signal);
        note(blocked_[i] != before.blocked_[i], "whether " + signal + " is blocked");
    }
    note(workingDirectory_ != before.workingDirectory_, "the working directory");
    note(umask_ != before.umask_, "the umask");
    note(locale_ != before.locale_, "the locale");
    note(environment_ != before.environment_, "the environment");
    note(limits_ != before.limits_, "a resource limit");
    note(rounding_ != before.rounding_, "the rounding of floating-point numbers");
    return changes;
}

std::vector<std::string> settledChanges(const ProcessState& before) {
    const auto until = std::chrono::steady_clock::now() + settleTime;
    auto changes = ProcessState().changesSince(before);
    while (!changes.empty() && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        changes = ProcessState().changesSince(before);
    }
    return changes;
}

} // namespace probehost::authoring
