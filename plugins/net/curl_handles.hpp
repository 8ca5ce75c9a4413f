// libcurl's handles, owned, and made so that no descriptor of theirs outlives an exec.
#pragma once

#include <curl/curl.h>

#include <memory>

namespace probehost::net {

struct FreeCurlEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeCurlMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeCurlList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlEasy = std::unique_ptr<CURL, FreeCurlEasy>;
using CurlMulti = std::unique_ptr<CURLM, FreeCurlMulti>;
using CurlList = std::unique_ptr<curl_slist, FreeCurlList>;

// [control] Throw std::bad_alloc. The multi handle keeps one connection for the next transfer.
CurlEasy makeCurlEasy();
CurlMulti makeCurlMulti();

// The CURLOPT_OPENSOCKETFUNCTION of every transfer.
curl_socket_t openCurlSocket(void*, curlsocktype, curl_sockaddr* address);

} // namespace probehost::net
