// Runs in unusual surroundings, each of which some host has: the verdict is nobody's business here, coming back is.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "authoring/opened_plugin.hpp"
#include "authoring/run_tests.hpp"

namespace probehost::authoring {

namespace {

using std::chrono::milliseconds;

// Settings that cannot be had are told of before, on a thread that may throw.
void once(const TriedChecker& tried) {
    auto check = tried.create();
    if (check.created()) check.runFor(milliseconds(300));
}

Finding livesOnManyThreads(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        std::optional<TriedCheck> check;
        std::thread([&] { check.emplace(tried.checker, tried.opened.host.table(), tried.settings); }).join();
        check->require();
        subject.doing("run() on a second thread, the one of create() having ended");
        std::thread([&] { check->runFor(tried.timeout()); }).join();
        subject.doing("run() on a third");
        std::thread([&] { check->runFor(tried.timeout()); }).join();
        subject.doing("destroy() on a fourth");
        std::thread([&] { check.reset(); }).join();
        return pass();
    });
}

Finding livesWithLittleStack(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        constexpr size_t little = 256 * 1024;
        tried.create().require();
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, little);
        pthread_t thread{};
        subject.doing("create(), run() and destroy() on a stack of 256 KiB");
        const auto body = [](void* opaque) -> void* {
            once(*static_cast<const TriedChecker*>(opaque));
            return nullptr;
        };
        auto copy = tried;
        const int failed = pthread_create(&thread, &attributes, body, &copy);
        pthread_attr_destroy(&attributes);
        if (failed != 0) return skip("no thread could be made");
        pthread_join(thread, nullptr);
        return pass();
    });
}

Finding livesWithManyDescriptors(const Subject& subject) {
    constexpr rlim_t many = 2000;
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < many + 100) return skip("this user may not open 2,000 files");
    limit.rlim_cur = std::max(limit.rlim_cur, many + 100);
    setrlimit(RLIMIT_NOFILE, &limit);
    for (rlim_t i = 0; i < many; i++) static_cast<void>(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
    return eachChecker(subject, [&](const TriedChecker& tried) {
        tried.create().require();
        subject.doing("a run whose descriptors have numbers above 2,000");
        once(tried);
        return pass();
    });
}

Finding livesWithInterruptions(const Subject& subject) {
    struct sigaction quiet {};
    quiet.sa_handler = [](int) {};
    sigaction(SIGALRM, &quiet, nullptr); // without SA_RESTART
    return eachChecker(subject, [&](const TriedChecker& tried) {
        constexpr itimerval often = {{0, 1000}, {0, 1000}};
        constexpr itimerval never = {};
        auto calm = tried.create();
        calm.require();
        const auto before = calm.runFor(tried.timeout());
        auto check = tried.create();
        check.require();
        subject.doing("a run that is interrupted by signals 1,000 times a second");
        setitimer(ITIMER_REAL, &often, nullptr);
        const auto outcome = check.runFor(tried.timeout());
        setitimer(ITIMER_REAL, &never, nullptr);
        const bool passed = before.said && before.said->status == Status::Pass;
        const bool passes = outcome.said && outcome.said->status == Status::Pass;
        if (passed && !passes)
            return fail("a run that is interrupted by signals no longer passes", "go on after EINTR");
        return pass();
    });
}

Finding livesSideBySide(const Subject& subject) {
    return eachChecker(subject, [&](const TriedChecker& tried) {
        constexpr int checks = 8;
        tried.create().require();
        const auto until = Clock::now() + std::chrono::seconds(3);
        subject.doing("eight checks on eight threads, created, run and destroyed all the time");
        std::vector<std::thread> threads;
        std::mutex control; // create() and destroy() are one at a time (rule T1)
        for (int i = 0; i < checks; i++) {
            threads.emplace_back([&] {
                while (Clock::now() < until) {
                    std::optional<TriedCheck> check;
                    {
                        const std::scoped_lock lock(control);
                        check.emplace(tried.checker, tried.opened.host.table(), tried.settings);
                    }
                    if (check->created()) check->runFor(milliseconds(300));
                    const std::scoped_lock lock(control);
                    check.reset();
                }
            });
        }
        for (auto& thread : threads) thread.join();
        return pass();
    });
}

std::string wordOf(const RunOutcome& outcome) {
    if (!outcome.said) return outcome.error.empty() ? "nothing" : outcome.error;
    return outcome.said->status == Status::Pass ? "that all is well" : outcome.said->message;
}

Finding heedsNoWallClock(const Subject& subject) {
    const auto step = reinterpret_cast<void (*)(long)>(dlsym(RTLD_DEFAULT, "probehost_step_clock"));
    if (step == nullptr) return skip("this process has no clock that can be stepped");
    return eachChecker(subject, [&](const TriedChecker& tried) {
        auto check = tried.create();
        check.require();
        const auto before = wordOf(check.runFor(tried.timeout()));
        if (wordOf(check.runFor(tried.timeout())) != before) return pass(); // it changes by itself
        for (const long hour : {3600, -3600}) {
            const std::string where = hour > 0 ? "an hour ahead" : "an hour back";
            subject.doing("a run after the wall clock went " + where);
            step(hour);
            const auto after = wordOf(check.runFor(tried.timeout()));
            step(0);
            if (after == before) continue;
            std::string reason = "with the wall clock ";
            reason.append(where).append(" it says \"").append(after).append("\", else \"").append(before) += '"';
            return fail(reason, "measure time by CLOCK_MONOTONIC");
        }
        return pass();
    });
}

} // namespace

VerifyTests surroundingTests() {
    constexpr std::chrono::seconds limit{20};
    return {
        {"R7", 2, "create, run and destroy may be on different threads", "R14",
         "keep nothing in thread-local memory between calls", limit, livesOnManyThreads},
        {"R9", 2, "it copes with descriptors above 1,024", "R14", "poll() in place of select()", limit,
         livesWithManyDescriptors},
        {"R6", 3, "its checks run side by side", "R14", "guard what checks share (rule T2)", limit, livesSideBySide},
        {"R8", 3, "signals that interrupt a run change nothing", "R14", "go on after EINTR", limit,
         livesWithInterruptions},
        {"R13", 3, "a wall clock that is stepped changes nothing", "R14", "measure time by CLOCK_MONOTONIC", limit,
         heedsNoWallClock, false, true},
        {"R10", 3, "a stack of 256 KiB is enough", "R14", "put large buffers on the heap", limit, livesWithLittleStack},
    };
}

} // namespace probehost::authoring
