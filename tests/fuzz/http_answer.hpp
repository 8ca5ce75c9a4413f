// The answer of an HTTP service as a line with its status, its header lines, an empty line, and the body.
#pragma once

#include <charconv>
#include <map>

#include "fuzz_input.hpp"
#include "net/http_client.hpp"

namespace probehost::fuzz {

inline net::HttpResponse answerIn(Parts& parts) {
    net::HttpResponse response;
    const auto status = parts.line();
    std::from_chars(status.data(), status.data() + status.size(), response.status);
    for (auto line = parts.line(); !line.empty() && response.headers.size() < 8; line = parts.line()) {
        const auto colon = line.find(": ");
        if (colon != std::string_view::npos) response.headers.emplace(line.substr(0, colon), line.substr(colon + 2));
    }
    response.body = parts.rest();
    return response;
}

} // namespace probehost::fuzz
