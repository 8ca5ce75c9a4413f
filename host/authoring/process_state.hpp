// What all code of a process shares, at one moment, and how two moments differ.
#pragma once

#include <array>
#include <csignal>
#include <map>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace probehost::authoring {

// Kilobytes of memory in use, and how many threads there are.
long residentKilobytes();
size_t threadCount();
// Descriptors and what each stands for, such as "socket:[4711]"; from 3 on.
std::map<int, std::string> openDescriptors();

class ProcessState {
  public:
    ProcessState(); // now

    // What is otherwise here than it was before, in words.
    std::vector<std::string> changesSince(const ProcessState& before) const;

  private:
    struct SignalAction {
        void* handler;
        int flags;
        bool operator==(const SignalAction&) const = default;
    };

    size_t threads_;
    std::map<int, std::string> descriptors_;
    std::vector<SignalAction> actions_;
    std::vector<bool> blocked_;
    std::string workingDirectory_;
    unsigned umask_;
    std::string locale_;
    std::vector<std::string> environment_;
    std::vector<std::pair<rlim_t, rlim_t>> limits_;
    int rounding_;
};

// The changes since then, once what is about to end has ended.
std::vector<std::string> settledChanges(const ProcessState& before);

} // namespace probehost::authoring
