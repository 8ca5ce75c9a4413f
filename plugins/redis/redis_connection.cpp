// One connection to a Redis server: commands out, replies in, within a deadline and bounded memory.
#include "redis_connection.hpp"

#include "net/error.hpp"

namespace probehost {
namespace {

// Far above any answer a check asks for; an endless one ends here instead of in memory.
constexpr size_t kLongestReply = 256 * 1024;
constexpr int kMostElements = 16 * 1024;

// hiredis allocates an array as soon as its length is read, so the length itself is limited.
redisReader* limitedReader() {
    redisReader* reader = redisReaderCreate();
    if (reader == nullptr) throw std::bad_alloc();
    static const redisReplyObjectFunctions usual = *reader->fn;
    static redisReplyObjectFunctions limited = [] {
        auto functions = usual;
        functions.createArray = [](const redisReadTask* task, int elements) -> void* {
            return elements > kMostElements ? nullptr : usual.createArray(task, elements);
        };
        return functions;
    }();
    reader->fn = &limited;
    return reader;
}

std::string format(const RedisCommand& command) {
    std::vector<const char*> words;
    std::vector<size_t> lengths;
    for (const auto& word : command) {
        words.push_back(word.data());
        lengths.push_back(word.size());
    }
    char* raw = nullptr;
    const int length = redisFormatCommandArgv(&raw, static_cast<int>(words.size()), words.data(), lengths.data());
    if (length < 0) throw std::bad_alloc();
    const std::unique_ptr<char, decltype(&redisFreeCommand)> text(raw, redisFreeCommand);
    return {raw, static_cast<size_t>(length)};
}

} // namespace

RedisConnection::RedisConnection(std::unique_ptr<net::Stream> stream)
    : stream_(std::move(stream)), reader_(limitedReader()) {}

void RedisConnection::send(const std::vector<RedisCommand>& commands, const sdk::Deadline& deadline) {
    std::string bytes;
    for (const auto& command : commands) bytes += format(command);
    fed_ = 0;
    last_used_ns_ = sdk::Deadline::now();
    try {
        stream_->writeAll(bytes, deadline);
    } catch (const net::NetError&) {
        // A server that turned us away says why before it closes: receive() finds that, or the same fault.
    }
}

RedisConnection::Reply RedisConnection::receive(const sdk::Deadline& deadline) {
    for (;;) {
        if (auto reply = parsed()) return reply;
        feed(deadline);
    }
}

RedisConnection::Reply RedisConnection::parsed() {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK)
        throw net::NetError("Unexpected answer", std::string("Redis protocol: ") + reader_->errstr);
    return Reply(static_cast<redisReply*>(reply));
}

void RedisConnection::feed(const sdk::Deadline& deadline) {
    char chunk[4096];
    const size_t count = stream_->read(chunk, deadline);
    if (count == 0) throw net::closedByPeer("the server closed the connection");
    fed_ += count;
    if (fed_ > kLongestReply) throw net::NetError("Unexpected answer", "an answer longer than 256 KiB");
    if (redisReaderFeed(reader_.get(), chunk, count) != REDIS_OK) throw std::bad_alloc();
}

} // namespace probehost
