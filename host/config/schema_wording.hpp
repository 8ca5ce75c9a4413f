// Puts the validator's complaints about a check's settings into words for the person who wrote them.
#pragma once

#include <string>
#include <vector>

#include "config/config_node.hpp"
#include "config/schema_place.hpp"
#include "config/schema_validation.hpp"

namespace probehost {

struct SettingsComplaint {
    int line;
    std::string key; // below "with", such as "tls.ca_file"; "" for the whole
    std::string message;
};

// One complaint for each thing to change. None shows a value.
std::vector<SettingsComplaint> inWords(const std::vector<SchemaFailure>& failures, const ConfigNode& with,
                                       const SchemaPlace& root);

} // namespace probehost
