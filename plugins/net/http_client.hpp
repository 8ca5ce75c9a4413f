// One HTTP question at a time, answered before a deadline or not at all.
#pragma once

#include <map>
#include <optional>
#include <probehost/checker.hpp>
#include <string>
#include <vector>

#include "net/curl_handles.hpp"
#include "net/error.hpp"
#include "net/http_url.hpp"

namespace probehost::net {

struct HttpSettings {
    std::string ca_file;                // trusted instead of the system's authorities; empty: the system's
    bool obeys_proxy = true;            // http_proxy, https_proxy, all_proxy, no_proxy
    std::string ca_setting = "ca_file"; // the setting behind ca_file, for errors; empty: there is none
};

struct HttpRequest {
    HttpUrl url;
    std::string query = {};
    std::vector<std::string> headers = {}; // "Name: value"
    std::optional<std::string> form = {};  // url-encoded and sent by POST; absent: a GET
    size_t body_limit = 64 * 1024;         // reading stops here, and the connection is given up
};

// What was answered, its head complete. The body may be cut at the limit, which is no error.
struct HttpResponse {
    std::string header(const std::string& lower_case_name) const;
    // How long the server wants to be left alone: retry-after-ms or Retry-After, whichever it sent.
    std::optional<sdk::milliseconds> retryAfter() const;
    // Throws what kept the body from ending: sdk::Cancelled or NetError.
    const HttpResponse& whole() const;

    long status = 0;
    std::string body = {};
    std::map<std::string, std::string> headers = {}; // lower-case names
    std::optional<long> retry_after_seconds = {};
    bool late = false;
    std::optional<NetError> broken = {};
};

// Follows no redirect, verifies TLS (1.2 at least), keeps one connection between requests and renews it when it went
// stale, at the latest after five minutes, so that name, route and certificate are proved again. Thread-compatible.
class HttpClient {
  public:
    // Throws sdk::ConfigError naming ca_file when it cannot be used.
    explicit HttpClient(HttpSettings settings);

    // Throws NetError, or sdk::Cancelled, when there was no complete head of an answer by the deadline.
    HttpResponse send(const HttpRequest& request, const sdk::Deadline& deadline);

  private:
    NetError failure(CURLcode code, const char* vendor_text, const std::string& peer) const;
    CurlList configure(const HttpRequest& request) const;
    CurlList resolved(const HttpUrl& url, const sdk::Deadline& deadline) const;
    void secure() const;
    // Nothing when the deadline came first.
    std::optional<CURLcode> perform(const sdk::Deadline& deadline) const;

    HttpSettings settings_;
    CurlMulti multi_; // goes after the easy handle, which may be in it
    CurlEasy easy_;
};

} // namespace probehost::net
