// A temporary directory with configuration files, and environment variables that go away again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/settings.hpp"

namespace probehost::test {

class Workspace {
  public:
    Workspace();
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    // Writes a file, with its directories, and gives its path.
    std::string write(const std::string& name, const std::string& text) const;
    std::string path(const std::string& name) const { return directory_ + "/" + name; }
    void environment(const std::string& name, const std::string& value);

  private:
    std::string directory_;
    std::map<std::string, std::optional<std::string>> before_;
};

// A configuration with both steps done, under the checkers of checkers.hpp.
struct Loaded {
    Settings settings;
    Diagnostics diagnostics;

    // "LINE: KEY: message" each, without the file's name.
    std::vector<std::string> errors() const;
    // Everything that was said, in one text.
    std::string said() const;
};

Loaded loadFile(const std::string& path);
Loaded loadText(const Workspace& workspace, const std::string& text);

} // namespace probehost::test
