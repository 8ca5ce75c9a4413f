// An output that takes nothing, little, or is gone stops nobody who logs.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "log/log.hpp"
#include "output.hpp"

namespace probehost::test {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr int flood = 20000;

void writeFlood(Log& log) {
    for (int i = 0; i < flood; i++) log.write(Level::Info, "line " + std::to_string(i));
}

int droppedIn(const std::string& line) {
    const std::string before = "warning: ";
    const std::string after = " log lines were dropped: the output is too slow, or failed";
    const bool says = line.size() > before.size() + after.size() && line.compare(0, before.size(), before) == 0 &&
                      line.compare(line.size() - after.size(), after.size(), after) == 0;
    return says ? std::stoi(line.substr(before.size())) : 0;
}

} // namespace

TEST_CASE("slow output: a pipe nobody reads blocks no write, and the lines it cost are counted", "[log]") {
    Output output;
    const auto room = output.shrink();
    Log log(output.fd());
    const auto start = Clock::now();
    writeFlood(log);
    CHECK(Clock::now() - start < patience / 2);

    std::thread last([&] {
        log.flush(patience);
        log.write(Level::Info, "end");
    });
    const auto all = lines(output.readUntil("end"));
    last.join();
    int dropped = 0;
    int through = -1; // "end" is none of the flood
    for (const auto& line : all) {
        const int count = droppedIn(line);
        dropped += count;
        if (count == 0) through++;
    }
    CHECK(dropped > 0);
    CHECK(dropped + through == flood);
    CHECK(through <= 2 * 1024 + static_cast<int>(room));
    CHECK(all.front() == "line 0");
}

TEST_CASE("slow output: lines that a full disk took are counted once it has room", "[log]") {
    Output output;
    const int fd = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    {
        Log log(fd);
        for (int i = 0; i < 3; i++) {
            log.write(Level::Info, "lost");
            log.flush(patience);
        }
        REQUIRE(::dup2(output.fd(), fd) == fd);
        log.write(Level::Info, "there");
        const auto all = lines(output.readUntil("or failed"));
        REQUIRE(all.size() == 2);
        CHECK(all[0] == "there");
        CHECK(droppedIn(all[1]) == 3);
    }
    ::close(fd);
}

TEST_CASE("slow output: the lines that wait are bounded", "[log]") {
    Output output;
    output.shrink();
    Log log(output.fd());
    const std::string long_(4000, 'x');
    for (int i = 0; i < 3000; i++) log.write(Level::Info, long_);
    std::thread last([&] {
        log.flush(patience);
        log.write(Level::Info, "end");
    });
    const auto through = lines(output.readUntil("end")).size();
    last.join();
    CHECK(through >= 1024);
    CHECK(through <= 2 * 1024 + 3);
}

TEST_CASE("slow output: flush and the end do not wait for ever", "[log]") {
    Output output;
    output.shrink();
    auto log = std::make_unique<Log>(output.fd());
    writeFlood(*log);
    const auto start = Clock::now();
    log->flush(1ms);
    log.reset();
    CHECK(Clock::now() - start < patience / 2);
    output.readUntil("the output is too slow"); // so that the thread that writes ends as well
}

TEST_CASE("slow output: a descriptor that somebody made non-blocking loses no line", "[log]") {
    Output output;
    output.shrink();
    fcntl(output.fd(), F_SETFL, O_NONBLOCK);
    Log log(output.fd());
    for (int i = 0; i < 900; i++) log.write(Level::Info, "a line of some length, number " + std::to_string(i));
    CHECK(lines(output.readUntil("number 899")).size() == 900);
}

TEST_CASE("slow output: an output that is gone is no reason to stop", "[log]") {
    Output output;
    output.closeReader();
    Log log(output.fd());
    writeFlood(log);
    log.flush(patience);
}

} // namespace probehost::test
