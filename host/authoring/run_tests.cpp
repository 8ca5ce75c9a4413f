// What one run owes the host.
#include "authoring/run_tests.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "authoring/opened_plugin.hpp"
#include "authoring/process_state.hpp"
#include "config/suggestion.hpp"

namespace probehost::authoring {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds shortRun{300};

Finding comesBackFromEverything(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        subject.doing("create() of " + tried.info.name);
        auto check = tried.create();
        check.require();
        subject.doing("run() of " + tried.info.name);
        check.runFor(tried.timeout());
        subject.doing("destroy() of " + tried.info.name);
        return pass();
    });
}

Finding givesVerdicts(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        auto check = tried.create();
        check.require();
        const auto outcome = check.runFor(tried.timeout());
        if (outcome.code != PH_OK) return pass();
        if (!outcome.said)
            return fail("run() returned PH_OK without a verdict (rule C3)", "call verdict() on every path");
        if (outcome.said->status != Status::Pass && outcome.said->message.empty())
            return fail("a verdict other than PH_PASS came without a message", "say in a few words what is wrong");
        return pass();
    });
}

Finding heedsPastDeadlines(const Subject& subject) {
    constexpr milliseconds atOnce{100};
    return eachChecker(subject, [&](const TriedChecker& tried) {
        auto check = tried.create();
        check.require();
        milliseconds least = milliseconds::max();
        for (int i = 0; i < 3 && least > atOnce; i++)
            least = std::min(least, check.run(Clock::now() - seconds(1)).took);
        if (least <= atOnce) return pass();
        return fail("a run whose deadline was past took " + std::to_string(least.count()) + " ms",
                    "look at the deadline before any wait (rule C2)");
    });
}

// What is written to the standard streams meanwhile goes to a file of the test's.
class ListenedStreams {
  public:
    ListenedStreams()
        : file_(memfd_create("streams", MFD_CLOEXEC)), out_(dup(STDOUT_FILENO)), err_(dup(STDERR_FILENO)) {
        dup2(file_, STDOUT_FILENO);
        dup2(file_, STDERR_FILENO);
    }
    ~ListenedStreams() {
        std::fflush(nullptr);
        dup2(out_, STDOUT_FILENO);
        dup2(err_, STDERR_FILENO);
        for (const int fd : {file_, out_, err_}) close(fd);
    }
    ListenedStreams(const ListenedStreams&) = delete;
    ListenedStreams& operator=(const ListenedStreams&) = delete;

    std::string heard() const {
        std::fflush(nullptr);
        std::string text(200, '\0');
        const auto size = pread(file_, text.data(), text.size(), 0);
        text.resize(size > 0 ? static_cast<size_t>(size) : 0);
        return text;
    }

  private:
    int file_;
    int out_;
    int err_;
};

Finding leavesStreamsAlone(const Subject& subject) {
    const ListenedStreams streams;
    auto finding = eachChecker(subject, [&](const TriedChecker& tried) {
        auto check = tried.create();
        check.require();
        check.runFor(tried.timeout());
        return pass();
    });
    if (finding.outcome != Outcome::Pass) return finding;
    const auto heard = streams.heard();
    if (heard.empty()) return pass();
    return fail("it wrote to standard output or standard error: " + heard,
                "write to the host's log, or a run's detail (rule C6)");
}

Finding closesOnExec(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        auto check = tried.create();
        check.require();
        const auto before = openDescriptors();
        check.runFor(tried.timeout());
        for (const auto& [fd, what] : openDescriptors()) {
            if (!before.contains(fd) && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
                return fail("a descriptor that it keeps would be inherited (" + what + ")",
                            "open it with SOCK_CLOEXEC or O_CLOEXEC (rule C6)");
        }
        siginfo_t child{};
        if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0)
            return fail("it has started a process (rule C6)", "do without processes, or wait for them within run()");
        return pass();
    });
}

Finding staysAsItIs(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        constexpr int warmUp = 200;
        constexpr int times = 10000;
        constexpr long mostGrowth = 4096; // kilobytes
        auto check = tried.create();
        check.require();
        const auto until = Clock::now() + seconds(20);
        for (int i = 0; i < warmUp && Clock::now() < until; i++) check.runFor(shortRun);
        const ProcessState before;
        const auto memory = residentKilobytes();
        int done = 0;
        for (; done < times && Clock::now() < until; done++) check.runFor(shortRun);
        const auto after = " after " + std::to_string(done) + " runs";
        const auto growth = residentKilobytes() - memory;
        if (const auto changes = settledChanges(before); !changes.empty())
            return fail(joined(changes) + after, "end a run with what it began with");
        if (growth > mostGrowth)
            return fail(std::to_string(growth) + " kB more memory" + after, "free what a run allocates");
        return pass();
    });
}

} // namespace

VerifyTests runTests() {
    constexpr seconds limit{20};
    constexpr seconds longer{40};
    constexpr const char* simple =
        "create(), run() and destroy() must come back, and let no exception out (rules C2, C5)";
    constexpr const char* sigpipe = "send with MSG_NOSIGNAL: a host need not ignore SIGPIPE";
    VerifyTests tests = {
        {"R14", 2, "create, run and destroy come back, and no exception crosses", "L7", simple, seconds{10},
         comesBackFromEverything},
        {"R3", 2, "a run whose deadline is past ends at once", "R14", simple, limit, heedsPastDeadlines},
        {"R4", 2, "every run has a verdict, and every complaint a message", "R14", simple, limit, givesVerdicts},
        {"R12", 2, "it leaves the standard streams alone", "R14", sigpipe, limit, leavesStreamsAlone},
        {"R15", 2, "nothing that it opens is inherited, and it starts no process", "R14", simple, limit, closesOnExec},
        {"R11", 3, "10,000 runs cost what one costs", "R14", simple, longer, staysAsItIs},
    };
    for (const auto& group : {peerTests(), surroundingTests()}) tests.insert(tests.end(), group.begin(), group.end());
    return tests;
}

} // namespace probehost::authoring
