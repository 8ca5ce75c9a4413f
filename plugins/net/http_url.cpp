// An http or https URL in its parts, as settings give it.
#include "net/http_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

namespace probehost::net {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;
using Text = std::unique_ptr<char, decltype(&curl_free)>;

constexpr auto kPortExpected = "expected a port from 1 to 65535 after the host";

std::optional<std::string> part(const Url& url, CURLUPart what, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url.get(), what, &text, flags) != CURLUE_OK) return std::nullopt;
    const Text owned(text, curl_free);
    return std::string(text);
}

bool has(const Url& url, CURLUPart what) { return part(url, what).has_value(); }

bool unprintable(char character) { return character <= ' ' || character > '~'; }

void require(bool condition, const char* expected) {
    if (!condition) throw UrlError(expected);
}

std::string withoutBrackets(const std::string& host) {
    return host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

std::string withoutTrailingSlashes(std::string path) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    return path;
}

} // namespace

HttpUrl HttpUrl::parse(const std::string& text) {
    require(std::none_of(text.begin(), text.end(), unprintable), "expected a URL without spaces");
    const Url url(curl_url(), curl_url_cleanup);
    const auto result = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
    require(result != CURLUE_BAD_PORT_NUMBER, kPortExpected);
    const auto scheme = result == CURLUE_OK ? part(url, CURLUPART_SCHEME) : std::nullopt;
    require(scheme == "https" || scheme == "http", "expected a URL that begins with https://");
    const auto host = part(url, CURLUPART_HOST);
    require(host && !host->empty(), "expected a URL with a host");
    require(!has(url, CURLUPART_USER) && !has(url, CURLUPART_PASSWORD), "expected a URL without user or password");
    require(!has(url, CURLUPART_QUERY) && !has(url, CURLUPART_FRAGMENT), "expected a URL without ? or #");
    const auto port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("0");
    require(port != "0", kPortExpected);
    const auto path = part(url, CURLUPART_PATH).value_or("");
    return {*scheme, withoutBrackets(*host), static_cast<uint16_t>(std::strtoul(port.c_str(), nullptr, 10)),
            withoutTrailingSlashes(path)};
}

std::string HttpUrl::peer() const { return host + ":" + std::to_string(port); }

std::string HttpUrl::text() const {
    auto text = scheme + "://" + bracketed(host);
    if (port != (scheme == "https" ? 443 : 80)) text.append(":").append(std::to_string(port));
    return text + path;
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : std::string("[") + host + "]";
}

std::string percentEncoded(const std::string& text) {
    const Text encoded(curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), curl_free);
    return encoded ? encoded.get() : "";
}

} // namespace probehost::net
