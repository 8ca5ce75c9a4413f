// Reads a small text file whole, without ever blocking on or being flooded by something else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace probehost {

struct FileFailure {
    std::string why; // such as "no such file"
};

// Its text, or why not: missing, unreadable, not a regular file, larger than `limit`.
std::variant<std::string, FileFailure> readTextFile(const std::string& path, std::size_t limit);

// The first line (from 1) that is not UTF-8 text, or 0; control characters other than tab and line ends are not text.
int firstLineNotText(std::string_view text);

// `path` itself when absolute, else what it means beside `file`.
std::string besideFile(const std::string& file, const std::string& path);

} // namespace probehost
