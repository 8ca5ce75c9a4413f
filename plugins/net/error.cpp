// The words in which every networked checker tells a stranger why a peer could not be talked to.
#include "net/error.hpp"

#include <cerrno>
#include <system_error>

namespace probehost::net {
namespace {

struct Words {
    const char* message;
    bool connectionLevel;
};

Words wordsFor(int error) {
    switch (error) {
        case ECONNREFUSED:
        case ENOENT: // a Unix socket that nobody has made yet
            return {"Connection refused", true};
        case ECONNRESET:
        case ECONNABORTED:
        case EPIPE:
            return {"Connection reset", true};
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN:
        case EHOSTDOWN:
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
            return {"Network unreachable", true};
        case ETIMEDOUT:
            return {"Connection timed out", true};
        case EACCES:
        case EPERM:
            return {"Permission denied", false};
        case EMFILE:
        case ENFILE:
            return {"Too many open files", false};
        default:
            return {"Connection failed", true};
    }
}

} // namespace

NetError systemError(int error, const std::string& doing) {
    const auto [message, connection_level] = wordsFor(error);
    return {message, doing + ": " + std::generic_category().message(error), connection_level};
}

NetError closedByPeer(const std::string& detail) { return {"Connection closed", detail, true}; }

} // namespace probehost::net
