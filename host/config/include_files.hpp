// Which files a configuration includes.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace probehost {

// The files that match a glob pattern, sorted by name; or why the pattern could not be followed. A pattern that matches
// nothing gives no files.
std::variant<std::vector<std::string>, std::string> filesMatching(const std::string& pattern);

bool hasWildcard(const std::string& pattern);

// True when both paths lead to the same file.
bool sameFile(const std::string& a, const std::string& b);

} // namespace probehost
