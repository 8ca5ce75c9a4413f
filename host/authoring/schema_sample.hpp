// Settings that a schema accepts, made up from the schema.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <string>

#include "config/schema_place.hpp"

namespace probehost::authoring {

// A value for this place: its default, an example of it, one of its choices, or the least of its type. What it has to
// hold is filled in. Whether the schema accepts the whole is for the caller to find out.
Poco::Dynamic::Var sampleOf(const SchemaPlace& place);

std::string jsonText(const Poco::Dynamic::Var& value);

} // namespace probehost::authoring
