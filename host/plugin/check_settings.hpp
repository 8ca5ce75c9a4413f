// One check's own settings ("with:") as its plugin gets them: validated, expanded, and flattened to JSON pointers.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace probehost {

struct CheckSettings {
    std::string json = "{}";                    // the whole object
    std::map<std::string, std::string> scalars; // "/tls/ca_file" -> text; booleans "true" and "false"
    std::vector<std::string> secrets;           // texts that no output may hold
};

} // namespace probehost
