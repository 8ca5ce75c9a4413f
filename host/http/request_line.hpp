// Reads a request line: method, target, version.
#pragma once

#include "http/http_parser.hpp"

namespace probehost::http {

inline constexpr std::size_t longestMethod = 32;

// Fills in what the line (without its end) says. Returns 0, or the status that refuses it.
int readRequestLine(std::string_view line, const HeadLimits& limits, Request& request);

bool isAuthority(std::string_view text);

} // namespace probehost::http
