// What Redis' answers mean for its health, in words for strangers.
#include "redis_answers.hpp"

#include <algorithm>
#include <string_view>

namespace probehost {
namespace {

struct Words {
    std::string_view start; // of the error reply
    const char* message;
};

// The code is the first word; ERR is shared by many, so there the text decides.
constexpr Words kErrors[] = {
    {"NOAUTH", "Authentication required"},
    {"WRONGPASS", "Authentication failed"},
    {"ERR invalid password", "Authentication failed"},
    {"NOPERM", "Permission denied"},
    {"LOADING", "Loading dataset"},
    {"MASTERDOWN", "Replica lost its master"},
    {"BUSY ", "Busy running a script"},
    {"MISCONF", "Cannot persist to disk"},
    {"CLUSTERDOWN", "Cluster is down"},
    {"OOM", "Out of memory"},
    {"DENIED", "Protected mode"},
    {"ERR max number of clients", "Too many connections"},
    {"ERR max clients", "Too many connections"},
    {"ERR DB index", "Database does not exist"},
    {"ERR invalid DB index", "Database does not exist"},
    {"ERR SELECT is not allowed", "Database does not exist"},
    {"ERR This instance has cluster support disabled", "Cluster mode is off"},
    {"ERR Client sent AUTH, but no password is set", "Password not expected"},
    {"ERR AUTH <password> called without any password", "Password not expected"},
    {"ERR unknown command", "Command not supported"},
};

std::string_view textOf(const redisReply& reply) {
    const bool has_text =
        reply.type == REDIS_REPLY_STATUS || reply.type == REDIS_REPLY_ERROR || reply.type == REDIS_REPLY_STRING;
    return has_text ? std::string_view(reply.str, static_cast<size_t>(reply.len)) : std::string_view();
}

bool isError(const redisReply& reply) { return reply.type == REDIS_REPLY_ERROR; }

const char* messageFor(std::string_view error) {
    for (const auto& [start, message] : kErrors)
        if (error.starts_with(start)) return message;
    return "Unexpected answer";
}

net::NetError complain(const redisReply& reply, std::string_view command) {
    constexpr size_t kLongestDetail = 300;
    const auto error = textOf(reply);
    return net::NetError(messageFor(error), std::string(command) + ": " + std::string(error.substr(0, kLongestDetail)));
}

net::NetError surprise(std::string_view command) {
    return net::NetError("Unexpected answer", std::string(command) + " was answered with something else than expected");
}

Complaint judgeRole(const redisReply& reply, std::string_view wanted, const char* otherwise) {
    if (isError(reply)) return complain(reply, "ROLE");
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements == 0) return surprise("ROLE");
    const auto role = textOf(*reply.element[0]);
    if (role == wanted) return std::nullopt;
    return net::NetError(otherwise, "ROLE: " + std::string(role.substr(0, 20)));
}

} // namespace

// An unknown AUTH is answered with its own arguments, password included, so only the code of an error is passed on.
Complaint judgeAuth(const redisReply& reply) {
    if (textOf(reply) == "OK") return std::nullopt;
    if (!isError(reply)) return surprise("AUTH");
    const auto error = textOf(reply);
    const auto code = error.substr(0, std::min<size_t>(error.find(' '), 20));
    return net::NetError(messageFor(error), "AUTH: " + std::string(code));
}

Complaint judgeSelect(const redisReply& reply) {
    if (isError(reply)) return complain(reply, "SELECT");
    return textOf(reply) == "OK" ? std::nullopt : Complaint(surprise("SELECT"));
}

Complaint judgePing(const redisReply& reply) {
    if (isError(reply)) return complain(reply, "PING");
    return textOf(reply) == "PONG" ? std::nullopt : Complaint(surprise("PING"));
}

Complaint judgePrimary(const redisReply& role) { return judgeRole(role, "master", "Not a primary"); }

Complaint judgeReplica(const redisReply& role) { return judgeRole(role, "slave", "Not a replica"); }

Complaint judgeCluster(const redisReply& info) {
    if (isError(info)) return complain(info, "CLUSTER INFO");
    const auto text = textOf(info);
    if (text.find("cluster_state:ok") != std::string_view::npos) return std::nullopt;
    if (text.find("cluster_state:") == std::string_view::npos) return surprise("CLUSTER INFO");
    return net::NetError("Cluster is down", "CLUSTER INFO: cluster_state is not ok");
}

} // namespace probehost
