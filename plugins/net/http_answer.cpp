// What libcurl's callbacks make of one answer: a head, and as much of the body as is wanted.
#include "net/http_answer.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace probehost::net {
namespace {

constexpr size_t kMostHeaders = 100;
constexpr curl_off_t kLongestRetryAfter = 7 * 86400;

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char character) {
        return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
    });
    return text;
}

} // namespace

std::string HttpResponse::header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? "" : found->second;
}

std::optional<sdk::milliseconds> HttpResponse::retryAfter() const {
    const auto exact = header("retry-after-ms");
    int64_t count = 0;
    const auto [end, error] = std::from_chars(exact.data(), exact.data() + exact.size(), count);
    if (error == std::errc() && count > 0) return sdk::milliseconds(count);
    if (!retry_after_seconds) return std::nullopt;
    return std::chrono::seconds(*retry_after_seconds);
}

const HttpResponse& HttpResponse::whole() const {
    if (late) throw sdk::Cancelled();
    if (broken) throw NetError(*broken);
    return *this;
}

HttpAnswer::HttpAnswer(CURL* easy, size_t body_limit) : easy_(easy), body_limit_(body_limit) {
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &HttpAnswer::takeBody);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &HttpAnswer::takeHeader);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
}

// Anything but `count` ends the transfer.
size_t HttpAnswer::takeBody(const char* data, size_t, size_t count, void* answer) {
    auto& self = *static_cast<HttpAnswer*>(answer);
    auto& body = self.response_.body;
    body.append(data, std::min(count, self.body_limit_ - body.size()));
    self.cut_ = body.size() == self.body_limit_;
    return self.cut_ ? 0 : count;
}

// The empty line ends a head; those of 1xx come before the one that counts.
size_t HttpAnswer::takeHeader(const char* line, size_t, size_t count, void* answer) {
    auto& self = *static_cast<HttpAnswer*>(answer);
    const std::string_view text(line, count);
    if (text == "\r\n" || text == "\n") {
        curl_easy_getinfo(self.easy_, CURLINFO_RESPONSE_CODE, &self.response_.status);
        self.head_complete_ = self.response_.status >= 200;
    }
    return count;
}

HttpResponse HttpAnswer::take() {
    curl_header* header = nullptr;
    while ((header = curl_easy_nextheader(easy_, CURLH_HEADER, -1, header)) != nullptr &&
           response_.headers.size() < kMostHeaders)
        response_.headers.emplace(lowerCase(header->name), header->value);
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
        response_.retry_after_seconds = static_cast<long>(std::min(seconds, kLongestRetryAfter));
    return std::move(response_);
}

} // namespace probehost::net
