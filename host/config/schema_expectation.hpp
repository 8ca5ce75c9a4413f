// What a schema expects at a place, in words.
#pragma once

#include <string>

#include "config/schema_place.hpp"

namespace probehost {

// Such as "a whole number from 1 to 65535 (TCP port of the server)".
std::string expectation(const SchemaPlace& place);

// The choices of anyOf or oneOf by the members they require: "queue, or topic with subscription"; "" when they differ
// in other ways.
std::string alternativesInWords(const SchemaPlace& place);

} // namespace probehost
