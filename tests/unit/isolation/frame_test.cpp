// What one end writes the other reads, and everything else is broken.
#include "isolation/frame.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "isolation/payloads.hpp"

namespace probehost::test {

namespace {

std::string bytes(const std::optional<Result>& result) {
    FrameWriter frame(FrameType::Finished, 7, 9);
    write(frame, result);
    return frame.bytes();
}

std::optional<Result> read(const std::string& bytes) {
    FrameReader frame(bytes);
    return readResult(frame);
}

Result full() {
    Result result;
    result.status = Status::Warn;
    result.message = "a message";
    result.detail = std::string("a\0detail", 8);
    result.latencyMs = 1.25;
    result.facts = {{"one", "1"}, {"", ""}};
    return result;
}

} // namespace

TEST_CASE("frame: a header and a result come back as they were", "[isolation]") {
    const auto sent = bytes(full());
    FrameReader frame(sent);
    CHECK(frame.type() == FrameType::Finished);
    CHECK(frame.check() == 7);
    CHECK(frame.run() == 9);
    const auto result = readResult(frame);
    REQUIRE(result);
    CHECK(result->status == Status::Warn);
    CHECK(result->message == full().message);
    CHECK(result->detail == full().detail);
    CHECK(result->latencyMs == 1.25);
    CHECK(result->facts == full().facts);
    CHECK_FALSE(read(bytes(std::nullopt)));
}

TEST_CASE("frame: settings and requests come back as they were", "[isolation]") {
    const CheckSettings settings{R"({"a":"b"})", {{"/a", "b"}, {"/c/0", ""}}, {"secret", "another"}};
    FrameWriter create(FrameType::Create);
    write(create, settings);
    FrameReader created(create.bytes());
    const auto read = readSettings(created);
    CHECK(read.json == settings.json);
    CHECK(read.scalars == settings.scalars);
    CHECK(read.secrets == settings.secrets);

    const RunRequest request{Clock::time_point(Clock::duration(123456789)), Reason::Once, 4000000000U};
    FrameWriter run(FrameType::Run);
    write(run, request);
    FrameReader asked(run.bytes());
    const auto again = readRequest(asked);
    CHECK(again.deadline == request.deadline);
    CHECK(again.reason == request.reason);
    CHECK(again.attempt == request.attempt);
}

TEST_CASE("frame: cut anywhere, or with more behind, it is broken", "[isolation]") {
    const auto whole = bytes(full());
    for (size_t length = 0; length < whole.size(); length++) {
        CAPTURE(length);
        CHECK_THROWS_AS(read(whole.substr(0, length)), FrameBroken);
    }
    CHECK_THROWS_AS(read(whole + "x"), FrameBroken);
}

TEST_CASE("frame: whatever is in a byte, it is read or broken and nothing else", "[isolation]") {
    const auto whole = bytes(full());
    for (size_t at = 0; at < whole.size(); at++) {
        for (const char value : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
            auto spoilt = whole;
            spoilt[at] = value;
            try {
                const auto result = read(spoilt);
                CHECK((!result || result->facts.size() <= 64));
            } catch (const FrameBroken&) {
                SUCCEED();
            }
        }
    }
}

TEST_CASE("frame: a latency that is no number is none", "[isolation]") {
    for (const double latency :
         {-1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        auto result = full();
        result.latencyMs = latency;
        CHECK_FALSE(read(bytes(result))->latencyMs);
    }
}

} // namespace probehost::test
