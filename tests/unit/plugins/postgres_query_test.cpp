// The simple query protocol: answers in any portions, and none of them can take the memory away.
#include "postgres/postgres_query.hpp"

#include <catch2/catch.hpp>

#include "postgres/postgres_errors.hpp"
#include "recording_stream.hpp"

using namespace probehost;
using namespace std::string_literals;

namespace {

std::string number(size_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
}

std::string message(char type, const std::string& body) { return type + number(body.size() + 4) + body; }

const auto kReady = message('Z', "I");
const auto kDone = message('C', "SELECT 1\0"s) + kReady;

QueryAnswer answerTo(std::deque<std::string> portions) {
    std::string written;
    RecordingStream stream(std::move(portions), written);
    return askQuery(stream, "SELECT 1", sdk::Deadline::in(std::chrono::seconds(5)));
}

std::string messageFor(std::deque<std::string> portions) {
    try {
        answerTo(std::move(portions));
        return "";
    } catch (const net::NetError& error) {
        return error.message;
    }
}

} // namespace

TEST_CASE("postgres query: it is sent as one message that ends with NUL", "[plugins]") {
    std::string written;
    RecordingStream stream({kDone}, written);
    askQuery(stream, "SELECT 1", sdk::Deadline::in(std::chrono::seconds(5)));
    CHECK(written == "Q\0\0\0\x0dSELECT 1\0"s);
}

TEST_CASE("postgres query: the first value of the first row is given", "[plugins]") {
    const auto row = [](const std::string& value) { return message('D', "\0\1"s + number(value.size()) + value); };
    CHECK(answerTo({message('T', "whatever"), row("t"), row("f"), kDone}).first_value == "t");
    CHECK(answerTo({row(""), kDone}).first_value.empty());
    CHECK(answerTo({message('D', "\0\1\xff\xff\xff\xff"s), row("t"), kDone}).first_value.empty());
    CHECK(answerTo({message('D', "\0\0"s), kDone}).first_value.empty());
    CHECK(answerTo({message('I', ""), kReady}).first_value.empty());
}

TEST_CASE("postgres query: it is idle only when no transaction is open", "[plugins]") {
    CHECK(answerTo({message('Z', "I")}).idle);
    CHECK_FALSE(answerTo({message('Z', "T")}).idle);
    CHECK_FALSE(answerTo({message('Z', "E")}).idle);
    CHECK_FALSE(answerTo({message('Z', "")}).idle);
}

TEST_CASE("postgres query: bytes may come one by one, with notices and parameters between", "[plugins]") {
    std::deque<std::string> portions;
    for (const char byte : message('N', "SWARNING\0\0"s) + message('S', "a\0b\0"s) + message('A', "x") + kDone)
        portions.emplace_back(1, byte);
    CHECK(messageFor(portions).empty());
}

TEST_CASE("postgres query: an error is told by its state", "[plugins]") {
    CHECK(messageFor({message('E', "SERROR\0C42501\0Mpermission denied\0\0"s)}) == "Permission denied");
    CHECK(messageFor({message('E', "SFATAL\0C57P01\0Mterminating\0\0"s)}) == "Shutting down");
    CHECK(messageFor({message('E', "SERROR\0C42P01\0Mno such table\0\0"s)}) == "Query failed");
    for (const auto& body : {""s, "\0"s, "S"s, "SERROR"s, "C"s, "C\0M"s})
        CHECK(messageFor({message('E', body)}) == "Query failed");
}

TEST_CASE("postgres query: an end in the middle is a closed connection", "[plugins]") {
    CHECK(messageFor({}) == "Connection closed");
    CHECK(messageFor({"Z\0\0"s}) == "Connection closed");
    CHECK(messageFor({message('C', "SELECT 1\0"s)}) == "Connection closed");
}

TEST_CASE("postgres query: what no server says is unexpected, and what is long is not read", "[plugins]") {
    CHECK(messageFor({"220 mail.example ESMTP\r\n"}) == "Unexpected answer");
    CHECK(messageFor({"x\0\0\0\4"s}) == "Unexpected answer");
    CHECK(messageFor({"Z\0\0\0\3"s}) == "Unexpected answer");
    CHECK(messageFor({std::string(64, '\0')}) == "Unexpected answer");
    CHECK(messageFor({"D\x7f\xff\xff\xff"s}) == "Answer too long");
    CHECK(messageFor(std::deque<std::string>(300, message('N', std::string(5000, 'x')))) == "Answer too long");
    CHECK(messageFor({message('H', ""), kReady}) == "Query failed");
}
