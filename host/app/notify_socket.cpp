// Datagrams with their sender's credentials, which the kernel vouches for.
#include "app/notify_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "app/trusted_peer.hpp"

namespace probehost {

namespace {

constexpr int mostDatagrams = 256; // in one go, so that a flood does not keep the caller

sockaddr_un unixAddress(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("path is too long for a Unix socket");
    path.copy(address.sun_path, path.size());
    return address;
}

bool isFromTrusted(const msghdr& message) {
    for (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(header))) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS) continue;
        ucred peer{};
        std::memcpy(&peer, CMSG_DATA(header), sizeof(peer));
        return isTrusted(peer);
    }
    return false;
}

void hear(AppState& state, std::string_view datagram) {
    while (!datagram.empty()) {
        const auto end = datagram.find('\n');
        state.notify(datagram.substr(0, end));
        if (end == std::string_view::npos) return;
        datagram.remove_prefix(end + 1);
    }
}

} // namespace

NotifySocket::NotifySocket(std::string path) : path_(std::move(path)) {
    const auto address = unixAddress(path_);
    struct stat status {};
    if (lstat(path_.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode))
        throw std::runtime_error("a file is in the way");
    unlink(path_.c_str());
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    const bool bound = fd_ >= 0 && bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                       setsockopt(fd_, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0;
    if (bound) return;
    const std::string reason = std::strerror(errno);
    if (fd_ >= 0) close(fd_);
    throw std::runtime_error(reason);
}

NotifySocket::~NotifySocket() {
    close(fd_);
    unlink(path_.c_str());
}

void NotifySocket::receive(AppState& state) {
    std::array<char, 4096> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    for (int i = 0; i < mostDatagrams; i++) {
        iovec part = {text.data(), text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size(); // no room for descriptors: the kernel closes any that come
        const ssize_t size = recvmsg(fd_, &message, MSG_CMSG_CLOEXEC);
        if (size < 0) return;
        if (isFromTrusted(message)) hear(state, std::string_view(text.data(), static_cast<size_t>(size)));
    }
}

} // namespace probehost
