// What libcurl's callbacks make of one answer: a head, and as much of the body as is wanted.
#pragma once

#include <curl/curl.h>

#include "net/http_client.hpp"

namespace probehost::net {

// Lives as long as its transfer, at one address: libcurl holds a pointer to it.
class HttpAnswer {
  public:
    HttpAnswer(CURL* easy, size_t body_limit);
    HttpAnswer(const HttpAnswer&) = delete;
    HttpAnswer& operator=(const HttpAnswer&) = delete;

    bool headComplete() const { return head_complete_; }
    bool cut() const { return cut_; } // the body reached its limit
    HttpResponse take();              // once, when the transfer has ended

  private:
    static size_t takeBody(const char* data, size_t size, size_t count, void* answer);
    static size_t takeHeader(const char* line, size_t size, size_t count, void* answer);

    CURL* easy_;
    size_t body_limit_;
    HttpResponse response_;
    bool head_complete_ = false;
    bool cut_ = false;
};

} // namespace probehost::net
