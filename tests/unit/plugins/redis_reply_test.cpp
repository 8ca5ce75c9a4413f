// Replies arrive in any portions, and none of them can take the memory away.
#include <catch2/catch.hpp>
#include <deque>

#include "net/error.hpp"
#include "redis/redis_connection.hpp"

using namespace probehost;
using namespace std::string_literals;

namespace {

// Gives its portions one by one, then ends; remembers what was written.
class Recording : public net::Stream {
  public:
    Recording(std::deque<std::string> portions, std::string& written)
        : portions_(std::move(portions)), written_(written) {}
    size_t read(std::span<char> buffer, const sdk::Deadline&) override {
        if (portions_.empty()) return 0;
        const auto portion = portions_.front().substr(0, buffer.size());
        portions_.front().erase(0, portion.size());
        if (portions_.front().empty()) portions_.pop_front();
        std::copy(portion.begin(), portion.end(), buffer.begin());
        return portion.size();
    }
    void writeAll(std::string_view bytes, const sdk::Deadline&) override { written_ += bytes; }
    int fd() const override { return -1; }

  private:
    std::deque<std::string> portions_;
    std::string& written_;
};

std::string messageFor(std::deque<std::string> portions) {
    std::string written;
    RedisConnection connection(std::make_unique<Recording>(std::move(portions), written));
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
    RedisConnection connection(std::make_unique<Recording>(std::deque<std::string>{}, written));
    connection.send({{"AUTH", "a\0\r\n"s}, {"PING"}}, sdk::Deadline::in(std::chrono::seconds(5)));
    CHECK(written == "*2\r\n$4\r\nAUTH\r\n$4\r\na\0\r\n\r\n*1\r\n$4\r\nPING\r\n"s);
}

TEST_CASE("redis reply: portions of a byte make a whole", "[plugins]") {
    CHECK(messageFor({"+", "P", "O", "N", "G", "\r", "\n"}).empty());
}

TEST_CASE("redis reply: an end in the middle is a closed connection", "[plugins]") {
    CHECK(messageFor({"+PO"}) == "Connection closed");
    CHECK(messageFor({}) == "Connection closed");
}

TEST_CASE("redis reply: what is no reply, or too long or wide for one, is unexpected", "[plugins]") {
    CHECK(messageFor({"HTTP/1.1 400 Bad Request\r\n\r\n"}) == "Unexpected answer");
    CHECK(messageFor({"$100000000\r\n", std::string(1000000, 'x')}) == "Unexpected answer");
    CHECK(messageFor({"+" + std::string(1000000, 'x')}) == "Unexpected answer");
    CHECK(messageFor({"*2147483647\r\n"}) == "Unexpected answer");
    CHECK(messageFor({"*1000000\r\n"}) == "Unexpected answer");
    CHECK(messageFor({"*-5\r\n"}) == "Unexpected answer");
    CHECK(messageFor({"$99999999999999999999\r\n"}) == "Unexpected answer");
    CHECK(messageFor({std::string(1000, '*')}) != "");
}
