// An http or https URL in its parts, as settings give it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace probehost::net {

// What is wrong with a URL, in words that can follow a setting's name; never any of the URL itself.
struct UrlError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct HttpUrl {
    // Throws UrlError for what is not http(s), has no host, or carries a user, a query or a fragment.
    static HttpUrl parse(const std::string& text);

    std::string text() const; // without a slash at the end
    std::string peer() const; // host:port, for operators

    std::string scheme; // "http" or "https"
    std::string host;   // an IPv6 address without its brackets
    uint16_t port = 0;
    std::string path; // "" or "/prefix"
};

// A host as URLs have it: IPv6 addresses in brackets.
std::string bracketed(const std::string& host);

// `text` as one segment of a path or one value of a query.
std::string percentEncoded(const std::string& text);

} // namespace probehost::net
