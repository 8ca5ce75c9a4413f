// One connection to a Redis server: commands out, replies in, within a deadline and bounded memory.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <probehost/checker.hpp>
#include <string>
#include <vector>

#include "net/stream.hpp"

namespace probehost {

using RedisCommand = std::vector<std::string>;

class RedisConnection {
  public:
    struct FreeReply {
        void operator()(redisReply* reply) const { freeReplyObject(reply); }
    };
    using Reply = std::unique_ptr<redisReply, FreeReply>;

    explicit RedisConnection(std::unique_ptr<net::Stream> stream);

    // All commands in one write; then as many receive(). Throws net::NetError or sdk::Cancelled.
    void send(const std::vector<RedisCommand>& commands, const sdk::Deadline& deadline);
    Reply receive(const sdk::Deadline& deadline);

    // How long nobody has spoken on it: what lies between may have forgotten an idle connection.
    sdk::nanoseconds idle() const { return sdk::nanoseconds(sdk::Deadline::now() - last_used_ns_); }

  private:
    struct FreeReader {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };
    Reply parsed();
    void feed(const sdk::Deadline& deadline);

    std::unique_ptr<net::Stream> stream_;
    std::unique_ptr<redisReader, FreeReader> reader_;
    size_t fed_ = 0; // bytes since the last send()
    int64_t last_used_ns_ = 0;
};

} // namespace probehost
