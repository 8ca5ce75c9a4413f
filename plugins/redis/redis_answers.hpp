// What Redis' answers mean for its health, in words for strangers.
#pragma once

#include <hiredis/hiredis.h>

#include <optional>

#include "net/error.hpp"

namespace probehost {

// Nothing when the answer is the one wanted; else what is wrong.
using Complaint = std::optional<net::NetError>;

Complaint judgeAuth(const redisReply& reply);
Complaint judgeSelect(const redisReply& reply);
Complaint judgePing(const redisReply& reply);
Complaint judgePrimary(const redisReply& role);
Complaint judgeReplica(const redisReply& role);
Complaint judgeCluster(const redisReply& info);

} // namespace probehost
