// Globbing with glob(3); a directory that may not be read is an error, one that is missing is not.
#include "config/include_files.hpp"

#include <glob.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace probehost {

namespace {

constexpr std::size_t maxFiles = 256;

int stopUnlessMissing(const char*, int error) { return error == ENOENT || error == ENOTDIR ? 0 : 1; }

} // namespace

std::variant<std::vector<std::string>, std::string> filesMatching(const std::string& pattern) {
    glob_t found{};
    const int result = glob(pattern.c_str(), 0, stopUnlessMissing, &found);
    std::vector<std::string> files;
    for (std::size_t i = 0; result == 0 && i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
    globfree(&found);
    if (result == GLOB_ABORTED) return "the directory may not be read by this user";
    if (result == GLOB_NOSPACE) return "matches too many files";
    if (files.size() > maxFiles) return "matches more than " + std::to_string(maxFiles) + " files";
    return files;
}

bool hasWildcard(const std::string& pattern) { return pattern.find_first_of("*?[") != std::string::npos; }

bool sameFile(const std::string& a, const std::string& b) {
    std::error_code ignored;
    return std::filesystem::equivalent(a, b, ignored);
}

} // namespace probehost
