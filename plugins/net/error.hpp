// The words in which every networked checker tells a stranger why a peer could not be talked to.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace probehost::net {

// `message` is public; `detail` is the operator's and may hold host, port and vendor text, never a secret.
// `connectionLevel` is true when only the transport failed (refused, reset, closed, unreachable) and nothing is known
// of the service behind it.
struct NetError : std::exception {
    NetError(std::string public_message, std::string operators_detail, bool connection_level = false)
        : message(std::move(public_message)), detail(std::move(operators_detail)), connectionLevel(connection_level) {}
    const char* what() const noexcept override { return message.c_str(); }

    std::string message;
    std::string detail;
    bool connectionLevel;
};

// The error for an errno of a socket call; `doing` opens the detail: "connect 10.0.0.1:6379".
NetError systemError(int error, const std::string& doing);

// The peer ended the conversation in order, before it had answered.
NetError closedByPeer(const std::string& detail);

} // namespace probehost::net
