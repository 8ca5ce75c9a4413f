// Replies arrive in any portions, and none of them can take the memory away.
#include <catch2/catch.hpp>

#include "net/error.hpp"
#include "recording_stream.hpp"
#include "redis/redis_connection.hpp"

using namespace probehost;
using namespace std::string_literals;

namespace {

std::string messageOf(std::deque<std::string> portions) {
    std::string written;
    RedisConnection connection(std::make_unique<RecordingStream>(std::move(portions), written));
    const auto deadline = sdk::Deadline::in(std::chrono::seconds(5));
    connection.send({{"PING"}}, deadline);
    try {
        connection.receive(deadline);
        return "";
    } catch (const net::NetError& error) {
        return error.message;
    } catch (const std::bad_alloc&) {
        return "bad_alloc";
    }
}

} // namespace

TEST_CASE("redis reply: commands go out in one write, whatever bytes they hold", "[plugins]") {
    std::string written;
    RedisConnection connection(std::make_unique<RecordingStream>(std::deque<std::string>{}, written));
    connection.send({{"AUTH", "a\0\r\n"s}, {"PING"}}, sdk::Deadline::in(std::chrono::seconds(5)));
    CHECK(written == "*2\r\n$4\r\nAUTH\r\n$4\r\na\0\r\n\r\n*1\r\n$4\r\nPING\r\n"s);
}

TEST_CASE("redis reply: portions of a byte make a whole", "[plugins]") {
    CHECK(messageOf({"+", "P", "O", "N", "G", "\r", "\n"}).empty());
}

TEST_CASE("redis reply: an end in the middle is a closed connection", "[plugins]") {
    CHECK(messageOf({"+PO"}) == "Connection closed");
    CHECK(messageOf({}) == "Connection closed");
}

TEST_CASE("redis reply: what is no reply, or too long or wide for one, is unexpected", "[plugins]") {
    CHECK(messageOf({"HTTP/1.1 400 Bad Request\r\n\r\n"}) == "Unexpected answer");
    CHECK(messageOf({"$100000000\r\n", std::string(1000000, 'x')}) == "Unexpected answer");
    CHECK(messageOf({"+" + std::string(1000000, 'x')}) == "Unexpected answer");
    CHECK(messageOf({"*2147483647\r\n"}) == "Unexpected answer");
    CHECK(messageOf({"*1000000\r\n"}) == "Unexpected answer");
    CHECK(messageOf({"*-5\r\n"}) == "Unexpected answer");
    CHECK(messageOf({"$99999999999999999999\r\n"}) == "Unexpected answer");
    CHECK_FALSE(messageOf({std::string(1000, '*')}).empty());
}
