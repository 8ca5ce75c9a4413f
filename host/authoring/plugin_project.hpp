// A new plugin's source, made from the templates of the SDK.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace probehost::authoring {

// Says what cannot be made and why, in words for the author.
struct ProjectRefused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct PluginProject {
    std::string name;      // of the plugin and of its checker
    std::string language;  // one of projectLanguages()
    std::string directory; // is made when it is not there, and has to be empty when it is
};

// c, cpp, go, rust
const std::vector<std::string>& projectLanguages();

// Writes all files of a project and returns how many. Throws ProjectRefused, before anything is written unless the
// system refuses a file.
int writeProject(const PluginProject& project);

} // namespace probehost::authoring
