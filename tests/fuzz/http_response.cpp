// Whole HTTP responses, from the first byte on, as libcurl and what we do around it read them: bounded, or an error.
#include <algorithm>

#include "loopback_peer.hpp"
#include "net/http_client.hpp"

using namespace probehost;
using fuzz::require;

namespace {

constexpr size_t bodyLimit = 512;

void requireBounded(const net::HttpResponse& response) {
    require(response.status >= 200 && response.status <= 999, "an answer has its final status");
    require(response.body.size() <= bodyLimit, "a body is bounded");
    require(response.headers.size() <= 100, "headers are counted");
    for (const auto& [name, value] : response.headers)
        require(std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }),
                "names are in lower case");
    const auto pause = response.retryAfter();
    require(!pause || pause->count() > 0, "a pause takes time");
    require(!response.late, "who has closed is not waited for");
}

void ask(net::HttpClient& client, const net::HttpUrl& url) {
    try {
        requireBounded(client.send({.url = url, .body_limit = bodyLimit}, sdk::Deadline::in(std::chrono::seconds(4))));
    } catch (const net::NetError& error) {
        require(!error.message.empty(), "an error has words for strangers");
    }
}

} // namespace

// A usual answer comes first: what it leaves behind in the client meets the input.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static auto& peer = *new fuzz::LoopbackPeer;
    static auto& client = *new net::HttpClient({.obeys_proxy = false});
    static const auto url = net::HttpUrl::parse("http://127.0.0.1:" + std::to_string(peer.port()) + "/");
    peer.willSay("HTTP/1.1 200 OK\r\nX-Usual: a\r\nContent-Length: 2\r\n\r\nok");
    ask(client, url);
    peer.willSay(fuzz::bytesOf(data, size));
    ask(client, url);
    return 0;
}
