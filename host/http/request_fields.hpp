// Reads the field lines of a request head.
#pragma once

#include "http/http_parser.hpp"

namespace probehost::http {

// Reads request.fields, after the request line was read. Returns 0, or the status that refuses the request.
int readFields(const HeadLimits& limits, Request& request);

} // namespace probehost::http
