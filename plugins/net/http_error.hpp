// What a failed transfer of libcurl's means, in the shared words.
#pragma once

#include <curl/curl.h>

#include <string>

#include "net/error.hpp"

namespace probehost::net {

// `vendor_text` is libcurl's error buffer; `peer` is host:port.
NetError httpError(CURLcode code, CURL* easy, const std::string& vendor_text, const std::string& peer);

} // namespace probehost::net
