// Turns what stands under "with:" into JSON, as the checker's schema wants each value.
#pragma once

#include <Poco/Dynamic/Var.h>

#include "config/config_node.hpp"
#include "config/schema_place.hpp"
#include "plugin/check_settings.hpp"

namespace probehost {

struct WithSettings {
    Poco::Dynamic::Var json;
    CheckSettings settings;
};

// A text becomes a number or a boolean where the schema wants one and the text was written without quotes or came from
// ${…}. Where the schema says nothing, plain numbers and booleans are such, and expanded texts stay texts.
WithSettings withSettings(const ConfigNode& with, const SchemaPlace& place);

} // namespace probehost
