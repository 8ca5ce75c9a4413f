// What each of Redis' answers is called in public.
#include "redis/redis_answers.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace probehost;

namespace {

redisReply reply(int type, std::string& text) {
    redisReply made{};
    made.type = type;
    made.str = text.data();
    made.len = text.size();
    return made;
}

std::string messageOf(Complaint (*judge)(const redisReply&), int type, std::string text) {
    const auto complaint = judge(reply(type, text));
    return complaint ? complaint->message : "";
}

std::string roleMessage(Complaint (*judge)(const redisReply&), std::string role) {
    redisReply first = reply(REDIS_REPLY_STRING, role);
    redisReply* elements[] = {&first};
    redisReply array{};
    array.type = REDIS_REPLY_ARRAY;
    array.elements = 1;
    array.element = elements;
    const auto complaint = judge(array);
    return complaint ? complaint->message : "";
}

} // namespace

TEST_CASE("redis answers: each error reply to PING has its own words", "[plugins]") {
    const auto [error, message] = GENERATE(table<const char*, const char*>({
        {"NOAUTH Authentication required.", "Authentication required"},
        {"NOPERM this user has no permissions to run the 'ping' command", "Permission denied"},
        {"LOADING Redis is loading the dataset in memory", "Loading dataset"},
        {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "Replica lost its master"},
        {"BUSY Redis is busy running a script. You can only call SCRIPT KILL.", "Busy running a script"},
        {"MISCONF Redis is configured to save RDB snapshots", "Cannot persist to disk"},
        {"CLUSTERDOWN The cluster is down", "Cluster is down"},
        {"OOM command not allowed when used memory > 'maxmemory'.", "Out of memory"},
        {"DENIED Redis is running in protected mode", "Protected mode"},
        {"ERR max number of clients reached", "Too many connections"},
        {"ERR max number of clients + cluster connections reached", "Too many connections"},
        {"ERR unknown command 'PING'", "Command not supported"},
        {"WHATEVER else", "Unexpected answer"},
        {"", "Unexpected answer"},
    }));
    CHECK(messageOf(judgePing, REDIS_REPLY_ERROR, error) == message);
}

TEST_CASE("redis answers: PING wants PONG and nothing else", "[plugins]") {
    CHECK(messageOf(judgePing, REDIS_REPLY_STATUS, "PONG").empty());
    CHECK(messageOf(judgePing, REDIS_REPLY_STRING, "PONG").empty());
    CHECK(messageOf(judgePing, REDIS_REPLY_STATUS, "OK") == "Unexpected answer");
    CHECK(messageOf(judgePing, REDIS_REPLY_INTEGER, "PONG") == "Unexpected answer");
    CHECK(messageOf(judgePing, REDIS_REPLY_NIL, "") == "Unexpected answer");
}

TEST_CASE("redis answers: a refused AUTH never repeats what it was asked", "[plugins]") {
    std::string text = "ERR unknown command `AUTH`, with args beginning with: `health`, `SECRET`, ";
    const auto complaint = judgeAuth(reply(REDIS_REPLY_ERROR, text));
    REQUIRE(complaint);
    CHECK(complaint->message == "Command not supported");
    CHECK(complaint->detail == "AUTH: ERR");
    CHECK(messageOf(judgeAuth, REDIS_REPLY_ERROR, "WRONGPASS invalid username-password pair") ==
          "Authentication failed");
    CHECK(messageOf(judgeAuth, REDIS_REPLY_ERROR, "ERR invalid password") == "Authentication failed");
    CHECK(messageOf(judgeAuth, REDIS_REPLY_ERROR, "ERR Client sent AUTH, but no password is set") ==
          "Password not expected");
    CHECK(messageOf(judgeAuth, REDIS_REPLY_STATUS, "OK").empty());
}

TEST_CASE("redis answers: a role is judged by the first word of ROLE", "[plugins]") {
    CHECK(roleMessage(judgePrimary, "master").empty());
    CHECK(roleMessage(judgePrimary, "slave") == "Not a primary");
    CHECK(roleMessage(judgePrimary, "sentinel") == "Not a primary");
    CHECK(roleMessage(judgeReplica, "slave").empty());
    CHECK(roleMessage(judgeReplica, "master") == "Not a replica");
    CHECK(messageOf(judgePrimary, REDIS_REPLY_STATUS, "OK") == "Unexpected answer");
    CHECK(messageOf(judgeReplica, REDIS_REPLY_ERROR, "NOPERM no") == "Permission denied");
}

TEST_CASE("redis answers: a cluster is up only while its state is ok", "[plugins]") {
    CHECK(messageOf(judgeCluster, REDIS_REPLY_STRING, "cluster_state:ok\r\ncluster_slots_assigned:16384\r\n").empty());
    CHECK(messageOf(judgeCluster, REDIS_REPLY_STRING, "cluster_state:fail\r\n") == "Cluster is down");
    CHECK(messageOf(judgeCluster, REDIS_REPLY_STRING, "nothing") == "Unexpected answer");
    CHECK(messageOf(judgeCluster, REDIS_REPLY_ERROR, "ERR This instance has cluster support disabled") ==
          "Cluster mode is off");
}
