// libcurl's handles, owned, and made so that no descriptor of theirs outlives an exec.
#include "net/curl_handles.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <new>
#include <vector>

namespace probehost::net {
namespace {

void initialiseOnce() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::vector<int> openDescriptors() {
    std::vector<int> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored))
        found.push_back(std::atoi(entry.path().filename().c_str()));
    // The one that read the directory is closed by now.
    found.erase(std::remove_if(found.begin(), found.end(), [](int fd) { return fcntl(fd, F_GETFD) == -1; }),
                found.end());
    return found;
}

bool isUnixSocket(int fd) {
    int domain = 0;
    socklen_t size = sizeof(domain);
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

// A multi handle makes a socket pair to wake itself, which libcurl 7 leaves open across exec and shows to nobody.
void closeOnExecSince(const std::vector<int>& before) {
    for (const int fd : openDescriptors()) {
        const bool fresh = std::find(before.begin(), before.end(), fd) == before.end();
        const int flags = fresh && isUnixSocket(fd) ? fcntl(fd, F_GETFD) : -1;
        if (flags != -1 && (flags & FD_CLOEXEC) == 0) fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    }
}

} // namespace

CurlEasy makeCurlEasy() {
    initialiseOnce();
    CurlEasy easy(curl_easy_init());
    if (!easy) throw std::bad_alloc();
    return easy;
}

CurlMulti makeCurlMulti() {
    initialiseOnce();
    const auto before = openDescriptors();
    CurlMulti multi(curl_multi_init());
    if (!multi) throw std::bad_alloc();
    closeOnExecSince(before);
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, 1L);
    return multi;
}

curl_socket_t openCurlSocket(void*, curlsocktype, curl_sockaddr* address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

} // namespace probehost::net
