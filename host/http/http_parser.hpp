// Reads one HTTP/1.x request head, strictly: whatever two parsers could read differently is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/limits.hpp"

namespace probehost {

// Views into the bytes the head was read from.
struct Request {
    std::string_view method;
    std::string_view path;          // "*" for OPTIONS *; still percent-encoded
    std::string_view query;         // what follows "?", if anything
    std::string_view fields;        // the field lines, each with its line end
    std::string_view authorization; // value of the only Authorization field
    std::size_t bodySize = 0;
    bool http11 = false;
    bool keepAlive = false;
    bool otherForm = false;   // Accept names a form that is not the default JSON
    bool expects = false;     // an Expect field is there
    bool encodedWord = false; // a value holds "=?", which Poco would decode
};

struct HeadResult {
    enum class Kind : uint8_t { Incomplete, Complete, Refused };

    Kind kind = Kind::Incomplete;
    int status = 0;       // of the refusal
    std::size_t size = 0; // of the complete head
    Request request;

    static HeadResult refused(int status) { return {Kind::Refused, status, 0, {}}; }
};

// Input starts where the request does; its first scanned bytes were found to be the good start of a head before.
HeadResult readHead(std::string_view input, std::size_t scanned, const HeadLimits& limits);

} // namespace probehost
