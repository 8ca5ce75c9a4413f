// The admin socket's file: who may open it, and what becomes of one that is already there.
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "app/trusted_peer.hpp"
#include "http/listener.hpp"

namespace probehost {
namespace {

sockaddr_un unixAddress(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        throw ListenError("unix:" + path, "the path has to have 1 to 107 characters");
    path.copy(address.sun_path, path.size());
    return address;
}

FileDescriptor unixStream() { return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

const sockaddr* plain(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// A socket file whose process is gone refuses connections.
void removeStale(const std::string& path, const sockaddr_un& address) {
    struct stat file {};
    if (::lstat(path.c_str(), &file) != 0) return;
    if (!S_ISSOCK(file.st_mode)) throw ListenError("unix:" + path, "a file that is no socket is there");
    const FileDescriptor visitor = unixStream();
    if (::connect(visitor.get(), plain(address), sizeof address) == 0 || errno != ECONNREFUSED)
        throw ListenError("unix:" + path, "another process listens there");
    ::unlink(path.c_str());
}

} // namespace

Listener Listener::unixSocket(const std::string& path, int backlog) {
    const sockaddr_un address = unixAddress(path);
    removeStale(path, address);
    Listener listener(unixStream());
    ::fchmod(listener.fd(), 0600); // Linux gives the file this mode at bind, so it is never open to others
    if (::bind(listener.fd(), plain(address), sizeof address) != 0 || ::listen(listener.fd(), backlog) != 0)
        throw ListenError("unix:" + path, std::strerror(errno));
    ::chmod(path.c_str(), 0600);
    ::lstat(path.c_str(), &listener.created_);
    listener.path_ = path;
    return listener;
}

bool isTrustedPeer(int fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return isTrusted(peer);
}

} // namespace probehost
