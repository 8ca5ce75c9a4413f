// One HTTP question at a time, answered before a deadline or not at all.
#include "net/http_client.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "net/http_answer.hpp"
#include "net/http_error.hpp"
#include "net/resolver.hpp"
#include "net/system_authorities.hpp"
#include "net/tls.hpp"

namespace probehost::net {
namespace {

constexpr long kConnectionSeconds = 300;

bool hasVariable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

bool proxyIsSet(const HttpUrl& url) {
    if (hasVariable("all_proxy") || hasVariable("ALL_PROXY")) return true;
    return url.scheme == "https" ? hasVariable("https_proxy") || hasVariable("HTTPS_PROXY") : hasVariable("http_proxy");
}

bool isNumeric(const std::string& host) {
    return host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
}

std::string resolveEntry(const HttpUrl& url, const std::vector<Address>& addresses) {
    std::string entry = url.host + ":" + std::to_string(url.port) + ":";
    for (const auto& address : addresses) {
        if (&address != &addresses.front()) entry += ",";
        entry += bracketed(address.host());
    }
    return entry;
}

// While this lives the transfer is under way; libcurl closes the connection of one that ends unfinished.
class Transfer {
  public:
    Transfer(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) { curl_multi_add_handle(multi_, easy_); }
    ~Transfer() {
        curl_multi_remove_handle(multi_, easy_);
        curl_easy_reset(easy_); // drops what it was told, secrets too
    }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

  private:
    CURLM* multi_;
    CURL* easy_;
};

CURLcode resultOf(CURLM* multi) {
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi, &left);
    return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
}

} // namespace

HttpClient::HttpClient(HttpSettings settings)
    : settings_(std::move(settings)), multi_(makeCurlMulti()), easy_(makeCurlEasy()) {
    if (!settings_.ca_file.empty()) const TlsContext refuses_a_bad_file({settings_.ca_file, {}, {}, {}});
}

// A handle of its own for each transfer: up to libcurl 8.0 a folded first header line is added to the last one of the
// transfer before, whose memory is freed.
HttpResponse HttpClient::send(const HttpRequest& request, const sdk::Deadline& deadline) {
    easy_ = makeCurlEasy();
    const CurlList addresses = resolved(request.url, deadline);
    const CurlList headers = configure(request);
    curl_easy_setopt(easy_.get(), CURLOPT_RESOLVE, addresses.get());
    std::array<char, CURL_ERROR_SIZE> vendor_text{};
    curl_easy_setopt(easy_.get(), CURLOPT_ERRORBUFFER, vendor_text.data());
    HttpAnswer answer(easy_.get(), request.body_limit);

    const Transfer transfer(multi_.get(), easy_.get());
    const auto result = perform(deadline);
    const bool late = !result || *result == CURLE_OPERATION_TIMEDOUT;
    std::optional<NetError> broken;
    if (!late && *result != CURLE_OK && !answer.cut())
        broken = failure(*result, vendor_text.data(), request.url.peer());
    if (!answer.headComplete()) {
        if (late) throw sdk::Cancelled();
        throw broken ? *broken : closedByPeer(request.url.peer() + ": closed in the middle of the head");
    }
    auto response = answer.take();
    response.late = late;
    response.broken = std::move(broken);
    return response;
}

NetError HttpClient::failure(CURLcode code, const char* vendor_text, const std::string& peer) const {
    const bool systems_file = code == CURLE_SSL_CACERT_BADFILE && settings_.ca_file.empty();
    if (systems_file) return {"TLS certificate not trusted", lackOfAuthorities(settings_.ca_setting)};
    return httpError(code, easy_.get(), vendor_text, peer);
}

// The list of headers that is returned has to outlive the transfer.
CurlList HttpClient::configure(const HttpRequest& request) const {
    CURL* easy = easy_.get();
    const auto url = request.url.text() + (request.query.empty() ? "" : "?" + request.query);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &openCurlSocket);
    curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, kConnectionSeconds);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "probehost");
    if (!settings_.obeys_proxy) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (request.form) curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request.form->c_str());
    secure();
    CurlList headers;
    for (const auto& header : request.headers) headers.reset(curl_slist_append(headers.release(), header.c_str()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    return headers;
}

void HttpClient::secure() const {
    CURL* easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L); // a file that was exchanged counts from the next handshake on
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    if (settings_.ca_file.empty()) return;
    curl_easy_setopt(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr); // else the system's directory would be trusted beside the file
}

// Our resolver keeps the deadline without a thread; a proxy has its own idea of names, and libcurl its own of proxies.
CurlList HttpClient::resolved(const HttpUrl& url, const sdk::Deadline& deadline) const {
    if (isNumeric(url.host) || (settings_.obeys_proxy && proxyIsSet(url))) return {};
    return CurlList(curl_slist_append(nullptr, resolveEntry(url, resolve(url.host, url.port, deadline)).c_str()));
}

std::optional<CURLcode> HttpClient::perform(const sdk::Deadline& deadline) const {
    // Only so that each of several addresses gets a share of the time; the end is ours to watch.
    curl_easy_setopt(easy_.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(deadline.remaining().count()) + 100);
    for (;;) {
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        if (running == 0) return resultOf(multi_.get());
        if (deadline.passed()) return std::nullopt;
        curl_waitfd cancel = {deadline.cancelFd(), CURL_WAIT_POLLIN, 0};
        const unsigned extra = deadline.cancelFd() < 0 ? 0 : 1;
        const auto limit = static_cast<int>(std::min<int64_t>(deadline.remaining().count(), 86400000));
        curl_multi_poll(multi_.get(), &cancel, extra, limit, nullptr);
        if (cancel.revents != 0) throw sdk::Cancelled();
    }
}

} // namespace probehost::net
