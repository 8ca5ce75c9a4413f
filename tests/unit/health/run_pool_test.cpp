// Room for runs: as many as promised, refused past that, and never in the way of an answer.
#include "health/run_pool.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "gate.hpp"
#include "scripted_checker.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

// Starts tasks that wait for the gate, until one is refused.
int fill(RunPool& pool, Gate& gate) {
    int accepted = 0;
    while (accepted < 100 && pool.execute([&gate] { gate.pass(); })) accepted++;
    return accepted;
}

// Whether a pool survives that the system has no memory for another thread; 0 when it does.
int withoutRoomForThreads() {
    RunPool pool(50);
    Gate gate;
    rlimit little{};
    getrlimit(RLIMIT_AS, &little);
    little.rlim_cur = 1;
    setrlimit(RLIMIT_AS, &little);
    const int accepted = fill(pool, gate);
    little.rlim_cur = little.rlim_max;
    setrlimit(RLIMIT_AS, &little);
    gate.open();
    return accepted < 100 && pool.waitIdle(patience) ? 0 : 1;
}

} // namespace

TEST_CASE("run pool: runs a checker and hands on what it said", "[health]") {
    RunPool pool(1);
    Trace trace;
    ScriptedChecker checker(trace, [](int) { return passed(7.0); });
    Gate gate;
    double latency = 0;
    REQUIRE(pool.run(checker, {}, [&](std::optional<Result> result) {
        latency = result->latencyMs.value();
        gate.open();
    }));
    REQUIRE(gate.pass());
    CHECK(latency == 7.0);
    CHECK(pool.waitIdle(patience));
}

TEST_CASE("run pool: a checker that throws has failed, and its thread is as before", "[health]") {
    RunPool pool(1);
    Trace trace;
    ScriptedChecker checker(trace, [](int) -> Result { throw 7; });
    for (int i = 0; i < 2; i++) {
        Gate gate;
        std::optional<Result> said;
        REQUIRE(pool.run(checker, {}, [&](std::optional<Result> result) {
            said = std::move(result);
            gate.open();
        }));
        REQUIRE(gate.pass());
        REQUIRE(said);
        CHECK(said->status == Status::Fail);
        CHECK(said->message == "Checker failed");
        CHECK(pool.waitIdle(patience));
    }
}

TEST_CASE("run pool: its threads have the lowest priority, also when used again", "[health]") {
    RunPool pool(3);
    for (int i = 0; i < 5; i++) {
        Gate gate;
        int nice = 0;
        REQUIRE(pool.execute([&] {
            nice = getpriority(PRIO_PROCESS, 0);
            gate.open();
        }));
        REQUIRE(gate.pass());
        CHECK(nice == 19);
    }
    CHECK(getpriority(PRIO_PROCESS, 0) < 19);
}

TEST_CASE("run pool: what does not fit is refused at once", "[health]") {
    RunPool pool(3);
    Gate gate;
    const int room = fill(pool, gate);
    CHECK(room >= 3);
    CHECK(room < 100);
    CHECK_FALSE(pool.execute([] {}));
    CHECK_FALSE(pool.waitIdle(1ms));
    gate.open();
    CHECK(pool.waitIdle(patience));
    CHECK(pool.execute([] {}));
    CHECK(pool.waitIdle(patience));
}

TEST_CASE("run pool: it grows while it is full, and gives back what it grew by", "[health]") {
    Gate gate;
    RunPool full(1);
    const int room = fill(full, gate);
    full.grow(2);
    CHECK(fill(full, gate) == 2);
    RunPool empty(1);
    empty.grow(2);
    empty.grow(-2);
    CHECK(fill(empty, gate) == room);
    gate.open();
    CHECK(full.waitIdle(patience));
    CHECK(empty.waitIdle(patience));
}

TEST_CASE("run pool: what runs beside takes no room from runs", "[health]") {
    Gate runs;
    Gate beside;
    RunPool empty(1);
    const int room = fill(empty, runs);
    RunPool pool(1);
    for (int i = 0; i < 20; i++) REQUIRE(pool.executeBeside([&] { beside.pass(); }));
    CHECK(fill(pool, runs) == room);
    CHECK(pool.executeBeside([] {}));
    beside.open();
    runs.open();
    CHECK(empty.waitIdle(patience));
    CHECK(pool.waitIdle(patience));
}

TEST_CASE("run pool: a task that was refused is gone", "[health]") {
    RunPool pool(1);
    Gate gate;
    fill(pool, gate);
    auto owned = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = owned;
    CHECK_FALSE(pool.execute([owned] {}));
    owned.reset();
    CHECK(watch.expired());
    gate.open();
    CHECK(pool.waitIdle(patience));
}

TEST_CASE("run pool: when the system gives no more threads, a run is refused and the host lives", "[health]") {
    if (sanitized) return; // a sanitizer needs address space of its own
    const pid_t child = fork();
    if (child == 0) _exit(withoutRoomForThreads());
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

} // namespace probehost::test
