// One query of PostgreSQL's simple protocol, its answer read in bounded memory. libpq would buffer a whole message,
// however long the server says it is, so it only logs in.
#include "postgres_query.hpp"

#include <array>
#include <optional>

#include "net/error.hpp"
#include "postgres_errors.hpp"

namespace probehost {
namespace {

// No answer that a check should ask for is longer; nor is any part of it that is looked at.
constexpr size_t kLongestAnswer = 1024 * 1024;
constexpr size_t kLongestLook = 4096;
constexpr std::string_view kTypes = "ACDEGHINSTWZ"; // of all messages that may follow a query

PostgresError unexpected(const std::string& what) { return {{"Unexpected answer", "protocol: " + what}, true}; }

PostgresError tooLong() { return {{"Answer too long", "more than 1 MiB of answer"}, false}; }

uint32_t number(std::string_view bytes) {
    uint32_t value = 0;
    for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

std::string inNetworkOrder(uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
}

struct Message {
    char type;
    std::string start; // of its body
};

class MessageReader {
  public:
    MessageReader(net::Stream& server, const sdk::Deadline& deadline) : server_(server), deadline_(deadline) {}

    Message next() {
        const auto head = take(5);
        const size_t length = number(std::string_view(head).substr(1));
        if (kTypes.find(head[0]) == std::string_view::npos || length < 4)
            throw unexpected("a message of no known kind");
        const size_t body = length - 4;
        if (body > kLongestAnswer) throw tooLong();
        const size_t look = std::min(body, kLongestLook);
        Message message{head[0], take(look)};
        for (size_t left = body - look; left > 0; left -= std::min(left, kLongestLook))
            take(std::min(left, kLongestLook));
        return message;
    }

  private:
    std::string take(size_t count) {
        while (buffer_.size() < count) fill();
        const auto taken = buffer_.substr(0, count);
        buffer_.erase(0, count);
        return taken;
    }

    void fill() {
        std::array<char, 8192> chunk;
        const size_t count = server_.read(chunk, deadline_);
        if (count == 0) throw net::closedByPeer("the server closed the connection");
        received_ += count;
        if (received_ > kLongestAnswer) throw tooLong();
        buffer_.append(chunk.data(), count);
    }

    net::Stream& server_;
    const sdk::Deadline& deadline_;
    std::string buffer_;
    size_t received_ = 0;
};

// The fields of an error, each a letter and a text that ends with NUL, in libpq's words: "ERROR:  42P01: text".
std::string errorText(std::string_view fields) {
    std::string severity;
    std::string state;
    std::string text;
    while (!fields.empty() && fields.front() != '\0') {
        const auto value = fields.substr(1, fields.find('\0') - 1);
        if (fields.front() == 'S') severity = value;
        if (fields.front() == 'C') state = value;
        if (fields.front() == 'M') text = value;
        fields.remove_prefix(std::min(fields.size(), value.size() + 2));
    }
    return severity + ":  " + state + ": " + text;
}

// The first column of a row: two bytes that count the columns, four for the length (-1: NULL), and the value.
std::string firstValue(std::string_view row) {
    if (row.size() < 6 || number(row.substr(2)) > row.size() - 6) return {};
    return std::string(row.substr(6, number(row.substr(2))));
}

// Takes one message in; true at the end of the answer.
bool consume(const Message& message, std::optional<std::string>& first_value) {
    switch (message.type) {
        case 'Z': // ready for the next query
            return true;
        case 'E':
            throw explain(errorText(message.start), PostgresPhase::Query, 0);
        case 'D':
            if (!first_value) first_value = firstValue(message.start);
            return false;
        case 'G': // COPY in its three directions
        case 'H':
        case 'W':
            throw PostgresError({"Query failed", "a check's query cannot be COPY"}, false);
        default: // notifications, notices, changed parameters, descriptions and ends of statements
            return false;
    }
}

} // namespace

QueryAnswer askQuery(net::Stream& server, std::string_view query, const sdk::Deadline& deadline) {
    const auto length = static_cast<uint32_t>(query.size() + 5);
    server.writeAll("Q" + inNetworkOrder(length) + std::string(query) + std::string(1, '\0'), deadline);
    MessageReader reader(server, deadline);
    std::optional<std::string> first_value;
    for (;;) {
        const auto message = reader.next();
        if (consume(message, first_value)) return {first_value.value_or(""), message.start == "I"};
    }
}

} // namespace probehost
