// SPDX-License-Identifier: MIT-0
// http: a URL answers with an expected status and, where that is wanted, with an expected text.
//
//   g++ -std=c++17 -O2 http.cpp $(pkg-config --cflags --libs probehost-sdk libcurl libcares) -o http.so
#include <ares.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <new>
#include <probehost/checker.hpp>
#include <set>
#include <vector>

namespace {

namespace sdk = probehost::sdk;
using sdk::Verdict;

constexpr size_t kBodyLimit = 1024 * 1024;

constexpr auto kSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"required": ["url"],
"properties": {
  "url": {"type": "string", "pattern": "^https?://", "writeOnly": true,
    "description": "What is asked for; redirects are not followed, proxies of the environment are not used."},
  "method": {"enum": ["GET", "HEAD", "OPTIONS"], "default": "GET",
    "description": "How it is asked for."},
  "headers": {"type": "array", "maxItems": 50,
    "items": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}:", "writeOnly": true},
    "description": "Headers to send, such as 'Authorization: Bearer ${TOKEN}'."},
  "status": {"type": "array", "minItems": 1, "default": ["2xx"],
    "items": {"anyOf": [{"type": "integer", "minimum": 200, "maximum": 599}, {"type": "string", "pattern": "^[2-5]xx$"}]},
    "description": "The statuses that are healthy, such as 200, 302 or 2xx."},
  "contains": {"type": "string", "minLength": 1,
    "description": "A text that has to be in the first 1 MiB of the answer's body."},
  "ca_file": {"type": "string", "minLength": 1,
    "description": "A PEM file of the authorities to trust instead of the system's."}
}})json";

constexpr auto kAbout = R"json({"example": {"url": "https://shop.example/ping", "contains": "pong"}})json";

using Channel = std::unique_ptr<ares_channeldata, decltype(&ares_destroy)>;
using Addresses = std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)>;

struct Answer {
    int status = -1; // c-ares', once there is one
    Addresses addresses{nullptr, ares_freeaddrinfo};
};

// The first question may take a quarter of the time, so that a dead name server leaves room for the next one.
Channel openChannel(sdk::milliseconds time) {
    ares_options options{};
    options.flags = ARES_FLAG_IGNTC; // addresses fit into a datagram
    options.timeout = static_cast<int>(std::clamp<int64_t>(time.count() / 4, 50, 2000));
    options.tries = 4;
    ares_channel channel = nullptr;
    const int status = ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (status != ARES_SUCCESS) throw sdk::fail("Name not resolved", ares_strerror(status));
    return {channel, ares_destroy};
}

// Waits for the name servers, but neither longer than c-ares' own timer nor past the run's end.
void step(ares_channel channel, const sdk::Run& run) {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int wanted = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
    std::vector<pollfd> waiting{{run.cancelFd(), POLLIN, 0}};
    for (int i = 0; i < ARES_GETSOCK_MAXNUM && ARES_GETSOCK_READABLE(wanted, i); i++)
        waiting.push_back({sockets[i], POLLIN, 0});
    const auto left = std::min<int64_t>(run.remaining().count(), 1000);
    timeval longest{left / 1000, left % 1000 * 1000}, buffer{};
    const timeval* timer = ares_timeout(channel, &longest, &buffer);
    poll(waiting.data(), waiting.size(), static_cast<int>(timer->tv_sec * 1000 + timer->tv_usec / 1000 + 1));
    if (waiting.front().revents != 0 || run.passed()) throw sdk::Cancelled();
    for (const auto& [socket, events, seen] : waiting)
        ares_process_fd(channel, seen != 0 ? socket : ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

// By c-ares, because getaddrinfo() knows no deadline. Numeric hosts and those of the hosts file are answered at once.
Addresses resolve(const std::string& host, const std::string& port, const sdk::Run& run) {
    Answer answer; // outlives the channel, which answers at the latest when it is destroyed
    const auto channel = openChannel(run.remaining());
    const bool digits = host.find_first_not_of("0123456789.") == std::string::npos;
    const int family = digits ? AF_INET : AF_UNSPEC; // else c-ares asks for the name "127.0.0.1"
    const ares_addrinfo_hints hints{ARES_AI_NUMERICSERV, family, SOCK_STREAM, 0};
    const auto take = [](void* into, int status, int, ares_addrinfo* found) {
        static_cast<Answer*>(into)->status = status;
        static_cast<Answer*>(into)->addresses.reset(found);
    };
    ares_getaddrinfo(channel.get(), host.c_str(), port.c_str(), &hints, take, &answer);
    while (answer.status < 0) step(channel.get(), run);
    if (answer.addresses && answer.addresses->nodes != nullptr) return std::move(answer.addresses);
    throw sdk::fail("Name not resolved", "resolve " + host + ": " + ares_strerror(answer.status));
}

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void append(List& list, const std::string& text) { list.reset(curl_slist_append(list.release(), text.c_str())); }

// Number and target of each, so that a number that is given again counts as new.
std::set<std::string> openDescriptors() {
    std::set<std::string> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored))
        found.insert(entry.path().filename().string() + std::filesystem::read_symlink(entry, ignored).string());
    return found;
}

// libcurl 7 makes the sockets that wake a multi handle without close-on-exec, and shows them to nobody.
Multi makeMulti() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    const auto before = openDescriptors();
    Multi multi(ready == CURLE_OK ? curl_multi_init() : nullptr, curl_multi_cleanup);
    if (!multi) throw std::bad_alloc();
    for (const auto& fd : openDescriptors())
        if (before.count(fd) == 0) fcntl(std::stoi(fd), F_SETFD, FD_CLOEXEC);
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, 1L); // the one that is kept
    return multi;
}

CURLcode transfer(CURLM* multi, const sdk::Run& run) {
    int running = 1;
    while (curl_multi_perform(multi, &running) == CURLM_OK && running > 0) {
        if (run.passed()) throw sdk::Cancelled();
        curl_waitfd cancel{run.cancelFd(), CURL_WAIT_POLLIN, 0};
        curl_multi_poll(multi, &cancel, run.cancelFd() < 0 ? 0 : 1, static_cast<int>(run.remaining().count()), nullptr);
        if (cancel.revents != 0) throw sdk::Cancelled();
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi, &left);
    return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
}

long number(CURL* easy, CURLINFO which) {
    long value = 0;
    curl_easy_getinfo(easy, which, &value);
    return value;
}

const char* certificateWords(long verified) {
    // With no fault in the chain it is the name, which libcurl compares itself.
    if (verified == X509_V_OK || verified == X509_V_ERR_UNSPECIFIED) return "TLS certificate does not match";
    const bool expired = verified == X509_V_ERR_CERT_HAS_EXPIRED || verified == X509_V_ERR_CERT_NOT_YET_VALID;
    return expired ? "TLS certificate expired" : "TLS certificate not trusted";
}

const char* wordsFor(CURLcode code, CURL* easy, const std::string& text) {
    const long error = number(easy, CURLINFO_OS_ERRNO);
    if (code == CURLE_PEER_FAILED_VERIFICATION) return certificateWords(number(easy, CURLINFO_SSL_VERIFYRESULT));
    if (code == CURLE_SSL_CACERT_BADFILE) return "TLS certificate not trusted";
    if (code == CURLE_COULDNT_CONNECT) return error == ECONNREFUSED ? "Connection refused" : "Connection failed";
    if (error == ECONNRESET || error == EPIPE) return "Connection reset";
    const bool ended = code == CURLE_GOT_NOTHING || code == CURLE_PARTIAL_FILE || code == CURLE_SEND_ERROR;
    const bool cut = text.find("unexpected eof") != text.npos || text.find("SSL_ERROR_SYSCALL") != text.npos;
    if (ended || cut) return "Connection closed";
    return code == CURLE_SSL_CONNECT_ERROR ? "TLS handshake failed" : "Unexpected answer";
}

std::vector<std::string> listOf(const sdk::Settings& settings, const std::string& name) {
    std::vector<std::string> found;
    while (const auto item = settings.find("/" + name + "/" + std::to_string(found.size()))) found.push_back(*item);
    return found;
}

std::string part(CURLU* url, CURLUPart which) {
    char* text = nullptr;
    curl_url_get(url, which, &text, CURLU_DEFAULT_PORT);
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
    return owned ? owned.get() : "";
}

class HttpCheck {
  public:
    static constexpr auto info = sdk::Info("http", "Asks a URL, and compares status and body")
                                     .schema(kSchema)
                                     .about(kAbout)
                                     .timeout(std::chrono::seconds(3))
                                     .interval(std::chrono::seconds(10));

    explicit HttpCheck(const sdk::Settings& settings)
        : url_(settings.text("url")),
          method_(settings.text("method", "GET")),
          contains_(settings.text("contains")),
          ca_file_(settings.text("ca_file")),
          status_(listOf(settings, "status")),
          multi_(makeMulti()) {
        for (const auto& header : listOf(settings, "headers")) append(headers_, header);
        if (status_.empty()) status_.emplace_back("2xx");
        const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
        if (curl_url_set(parsed.get(), CURLUPART_URL, url_.c_str(), 0) != CURLUE_OK)
            throw sdk::ConfigError("url: expected a URL such as https://shop.example:8443/ping");
        host_ = part(parsed.get(), CURLUPART_HOST);
        port_ = part(parsed.get(), CURLUPART_PORT);
        if (!ca_file_.empty() && access(ca_file_.c_str(), R_OK) != 0)
            throw sdk::ConfigError("ca_file: expected a readable file of PEM certificates");
    }

    Verdict check(const sdk::Run& run) try { return ask(run); } catch (const Verdict& early) {
        return early;
    }

  private:
    // libcurl would resolve in a thread that outlives the deadline, so it is told. IPv6 addresses it takes as they are.
    List resolved(const sdk::Run& run) const {
        List list(nullptr, curl_slist_free_all);
        if (host_.front() == '[') return list;
        const auto found = resolve(host_, port_, run);
        auto entry = host_ + ":" + port_ + ":";
        for (const auto* node = found->nodes; node != nullptr; node = node->ai_next) {
            char text[NI_MAXHOST] = "";
            getnameinfo(node->ai_addr, node->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
            entry.append(text).append(node->ai_next == nullptr ? "" : ",");
        }
        append(list, entry);
        return list;
    }

    // A handle of its own for each transfer: libcurl 7 joins a folded first header to the freed last one before.
    Verdict ask(const sdk::Run& run) {
        const List addresses = resolved(run);
        std::array<char, CURL_ERROR_SIZE> text{};
        std::string body;
        const Easy easy(curl_easy_init(), curl_easy_cleanup); // which ends a transfer that is under way
        if (!easy) throw std::bad_alloc();
        configure(easy.get());
        curl_easy_setopt(easy.get(), CURLOPT_RESOLVE, addresses.get());
        curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, text.data());
        curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body);
        // Only so that each of several addresses gets a share of the time; the end is ours to watch.
        curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(run.remaining().count()) + 100);
        curl_multi_add_handle(multi_.get(), easy.get());
        const auto result = transfer(multi_.get(), run);
        if (result == CURLE_OK || body.size() == kBodyLimit)
            return judge(number(easy.get(), CURLINFO_RESPONSE_CODE), body);
        return sdk::fail(wordsFor(result, easy.get(), text.data()), peer() + text.data());
    }

    void configure(CURL* easy) const {
        curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "probehost");
        curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, 300L);
        curl_easy_setopt(
            easy, CURLOPT_OPENSOCKETFUNCTION, +[](void*, curlsocktype, curl_sockaddr* address) {
                return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
            });
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, takeBody);
        if (method_ == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method_.c_str());
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
        curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L); // a file that was exchanged counts from now on
        if (ca_file_.empty()) return;
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr); // else the system's would be trusted beside it
    }

    // Taking less than `count` ends the transfer.
    static size_t takeBody(const char* data, size_t, size_t count, void* into) {
        auto& body = *static_cast<std::string*>(into);
        const size_t taken = std::min(count, kBodyLimit - body.size());
        body.append(data, taken);
        return taken;
    }

    Verdict judge(long status, const std::string& body) const {
        const auto said = std::to_string(status);
        const auto fits = [&](const std::string& one) { return one == said || one == said.substr(0, 1) + "xx"; };
        if (std::none_of(status_.begin(), status_.end(), fits))
            return sdk::fail("HTTP " + said, peer() + "HTTP " + said);
        if (body.find(contains_) != std::string::npos) return sdk::pass();
        return sdk::fail("Unexpected answer", peer() + "no '" + contains_ + "' in the body");
    }

    std::string peer() const { return host_ + ":" + port_ + ": "; }

    const std::string url_, method_, contains_, ca_file_;
    std::vector<std::string> status_;
    std::string host_, port_;
    List headers_{nullptr, curl_slist_free_all};
    Multi multi_;
};

} // namespace

PROBEHOST_PLUGIN("http", "1.0.0", HttpCheck)
