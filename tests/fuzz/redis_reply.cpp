// What a Redis server, or something else on its port, replies: read in any pieces and judged by every question.
#include "fuzz_stream.hpp"
#include "redis/redis_answers.hpp"
#include "redis/redis_connection.hpp"

using namespace probehost;
using fuzz::require;

namespace {

void judge(const redisReply& reply) {
    for (const auto judgement : {judgeAuth, judgeSelect, judgePing, judgePrimary, judgeReplica, judgeCluster}) {
        const auto complaint = judgement(reply);
        require(!complaint || !complaint->message.empty(), "a complaint has words for strangers");
        require(!complaint || complaint->detail.size() < 400, "a complaint is short");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const size_t piece = parts.byte();
    RedisConnection connection(std::make_unique<fuzz::FuzzStream>(parts.rest(), piece));
    const auto deadline = fuzz::soon();
    connection.send({{"PING"}}, deadline);
    try {
        for (;;) judge(*connection.receive(deadline));
    } catch (const net::NetError& error) {
        require(!error.message.empty(), "an error has words for strangers");
    }
    return 0;
}
