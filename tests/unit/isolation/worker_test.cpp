// Workers die, hang and are replaced; the host waits for none of it longer than a run's deadline allows.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "workers.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

// The children of this process that run this plugin.
std::vector<pid_t> workersOf(const std::string& plugin) {
    std::vector<pid_t> found;
    std::ifstream children("/proc/self/task/" + std::to_string(getpid()) + "/children");
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
        std::ifstream list(task.path() / "children");
        for (pid_t pid = 0; list >> pid;) {
            std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
            const std::string line((std::istreambuf_iterator<char>(file)), {});
            if (line.find(plugin) != std::string::npos) found.push_back(pid);
        }
    }
    return found;
}

pid_t onlyWorker() {
    const auto found = workersOf("/conduct.so");
    REQUIRE(found.size() == 1);
    return found[0];
}

// A run may meet the end of a worker that was killed a moment ago.
void untilPass(Checker& checker) {
    for (int i = 0; i < 200; i++) {
        if (const auto result = runFor(checker, 5s); result && result->status == Status::Pass) return;
        std::this_thread::sleep_for(5ms);
    }
    FAIL("never passes again");
}

void awaitEnd(pid_t pid) {
    for (int i = 0; i < 2000 && kill(pid, 0) == 0; i++) std::this_thread::sleep_for(5ms); // until it was waited for
}

long descriptors() { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); }

} // namespace

TEST_CASE("worker: one process for all checks of a plugin, gone when the last check is", "[isolation]") {
    {
        const auto one = conductFar("praised");
        const auto two = conductFar("failing");
        CHECK(runFor(*one, 5s)->status == Status::Pass);
        CHECK(runFor(*two, 5s)->status == Status::Fail);
        onlyWorker();
    }
    for (int i = 0; i < 500 && !workersOf("/conduct.so").empty(); i++) std::this_thread::sleep_for(10ms);
    CHECK(workersOf("/conduct.so").empty());
}

TEST_CASE("worker: one that is killed between runs is replaced", "[isolation]") {
    const auto checker = conductFar("praised");
    for (int i = 0; i < 3; i++) {
        untilPass(*checker);
        kill(onlyWorker(), SIGKILL);
    }
    untilPass(*checker);
}

TEST_CASE("worker: one that dies during a run is named with its signal", "[isolation]") {
    const auto checker = conductFar("waiting");
    std::thread killer([] {
        std::this_thread::sleep_for(200ms);
        for (const auto pid : workersOf("/conduct.so")) kill(pid, SIGBUS);
    });
    const auto result = runFor(*checker, 10s);
    killer.join();
    REQUIRE(result);
    CHECK(result->status == Status::Fail);
    CHECK(result->message == "Checker crashed: SIGBUS");
    CHECK(result->detail == "the worker process of " + pluginPath("conduct") + " crashed: SIGBUS");
}

TEST_CASE("worker: five deaths within a minute are enough, until a check is created anew", "[isolation]") {
    const auto checker = conductFar("praised");
    for (int i = 0; i < 5; i++) {
        untilPass(*checker);
        const auto worker = onlyWorker();
        kill(worker, SIGSEGV);
        awaitEnd(worker);
    }
    const auto start = Clock::now();
    CHECK(runFor(*checker, 5s)->message == "Checker quarantined after 5 crashes");
    CHECK(Clock::now() - start < 1s);
    const auto another = conductFar("praised");
    CHECK(runFor(*checker, 5s)->status == Status::Pass);
}

TEST_CASE("worker: a run that ignores its deadline costs its process, and its siblings try again", "[isolation]") {
    const auto stubborn = conductFar("stubborn"); // for 300 ms
    const auto patient = conductFar("waiting");
    std::optional<Result> other;
    std::thread sibling([&] { other = runFor(*patient, 3s); });
    std::this_thread::sleep_for(50ms);
    const auto before = onlyWorker();
    const auto start = Clock::now();
    CHECK_FALSE(runFor(*stubborn, 10ms)); // its grace ends before its sleep
    CHECK(Clock::now() - start < 1s);
    std::this_thread::sleep_for(300ms);
    patient->cancel();
    sibling.join();
    CHECK_FALSE(other); // cancelled, not crashed
    CHECK(onlyWorker() != before);
}

TEST_CASE("worker: a check that hangs again and again costs ever fewer processes, each told once", "[isolation]") {
    const auto stubborn = conductFar("stubborn");
    const auto sibling = conductFar("praised");
    ears().take();
    const auto end = Clock::now() + 2s;
    while (Clock::now() < end) {
        CHECK_FALSE(runFor(*stubborn, 5ms));
        CHECK(runFor(*sibling, 5s)->status == Status::Pass); // a new process is there for it at once
    }
    const auto told = ears().take();
    CHECK(told.size() >= 2);
    CHECK(told.size() <= 5); // after 0, 0.1, 0.2, 0.4 and 0.8 s, and not once in a quarter of a second
    for (const auto& line : told) {
        CHECK(line.level == Level::Warning);
        CHECK(line.text.starts_with("the worker process of " + pluginPath("conduct") +
                                    " was killed: a run of its checker \"stubborn\" hung"));
    }
}

TEST_CASE("worker: a sibling whose time is over when a hung worker is killed says why", "[isolation]") {
    const auto stubborn = conductFar("stubborn");
    const auto sibling = conductFar("waiting");
    std::optional<Result> other;
    std::thread run([&] { other = runFor(*sibling, 150ms); });
    CHECK_FALSE(runFor(*stubborn, 10ms)); // killed after 210 ms, before the sibling's grace is over
    run.join();
    REQUIRE(other);
    CHECK(other->message == "Checker hung in a run of stubborn");
    CHECK(other->detail == "the worker process of " + pluginPath("conduct") + " hung in a run of stubborn");
}

TEST_CASE("worker: a cancel and an end reach the plugin", "[isolation]") {
    const auto checker = conductFar("waiting");
    std::thread canceller([&] {
        std::this_thread::sleep_for(100ms);
        checker->cancel();
        std::this_thread::sleep_for(100ms);
        checker->end();
    });
    const auto start = Clock::now();
    CHECK_FALSE(runFor(*checker, 20s));
    CHECK_FALSE(runFor(*checker, 20s));
    CHECK(Clock::now() - start < 10s);
    canceller.join();
}

TEST_CASE("worker: a hundred deaths leave no descriptor, thread or zombie behind", "[isolation]") {
    const auto keeper = conductFar("praised");
    CHECK(runFor(*keeper, 5s));
    const long before = descriptors();
    for (int i = 0; i < 100; i++) {
        const auto checker = conductFar("praised"); // a new chance each time
        untilPass(*checker);
        kill(onlyWorker(), SIGKILL);
    }
    untilPass(*keeper);
    CHECK(descriptors() <= before);
    onlyWorker();
}

TEST_CASE("worker: a program that is missing is a failure in words", "[isolation]") {
    WorkerFleet lost("/nowhere/probehost-worker", ears());
    WorkerChecker checker(lost.of(pluginPath("conduct")), "praised", {});
    CHECK(checker.death() == "could not be started: /nowhere/probehost-worker: No such file or directory");
    CHECK(runFor(checker, 5s)->message ==
          "Checker could not be started: /nowhere/probehost-worker: No such file or directory");
}

} // namespace probehost::test
