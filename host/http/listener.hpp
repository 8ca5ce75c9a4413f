// Sockets that clients connect to: TCP addresses, sockets inherited from the service manager, and the admin socket.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/file_descriptor.hpp"
#include "http/limits.hpp"

namespace probehost {

// "cannot listen on ADDRESS: reason"
class ListenError : public std::runtime_error {
  public:
    ListenError(const std::string& address, const std::string& reason)
        : std::runtime_error("cannot listen on " + address + ": " + reason) {}
};

// "0.0.0.0:8000", "[::]:8000" (which serves IPv4 too), or a listening socket that is already open.
struct ListenSpec {
    std::string address;
    int inheritedFd = -1;
    bool v6Only = false; // for "[::]:…" beside an IPv4 address with the same port
};

// Those of one front, each as it can be bound beside the others. Throws ListenError.
std::vector<ListenSpec> besideEachOther(std::vector<ListenSpec> all);

class Listener {
  public:
    static Listener tcp(const ListenSpec& where, const Limits& limits);

    // A Unix socket of mode 0600. A file that a dead process left is replaced; a live one, or no socket, is an error.
    static Listener unixSocket(const std::string& path, int backlog);

    Listener(Listener&&) = default;
    Listener& operator=(Listener&&) = default;
    ~Listener();

    // Whether the kernel holds back who has sent nothing yet, which saves a turn for each who soon will.
    void holdBackSilent(bool yes) const;

    int fd() const { return fd_.get(); }
    bool isAdmin() const { return !path_.empty(); }
    uint16_t port() const;

  private:
    explicit Listener(FileDescriptor fd) : fd_(std::move(fd)) {}

    FileDescriptor fd_;
    int silence_ = 0;        // seconds for which the kernel holds back at most
    std::string path_;       // of a Unix socket, removed at the end
    struct stat created_ {}; // so that only our own file is removed
};

// Whether the process at the other end of a Unix socket may command us: isTrusted.
bool isTrustedPeer(int fd);

} // namespace probehost
