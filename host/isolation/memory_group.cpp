// A line of /proc/self/cgroup is ID:CONTROLLERS:PATH; version 2 names no controllers.
#include "isolation/memory_group.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace probehost {

namespace {

// No limit is the word "max", or a number that no machine reaches.
uint64_t limitIn(const std::filesystem::path& file) {
    std::ifstream stream(file);
    uint64_t limit = 0;
    return stream >> limit ? limit : std::numeric_limits<uint64_t>::max();
}

// In a container the path may be one of the machine's that is not visible here; then the root is the container's own.
uint64_t smallest(const std::filesystem::path& root, std::filesystem::path group, const char* file) {
    auto limit = limitIn(root / file);
    for (; group.has_relative_path(); group = group.parent_path())
        limit = std::min(limit, limitIn(root / group.relative_path() / file));
    return limit;
}

} // namespace

uint64_t memoryOfGroup(const std::filesystem::path& proc, const std::filesystem::path& groups) {
    auto limit = std::numeric_limits<uint64_t>::max();
    std::ifstream lines(proc);
    for (std::string id, controllers, path; std::getline(lines, id, ':');) {
        if (!std::getline(lines, controllers, ':') || !std::getline(lines, path)) break;
        if (controllers.empty()) limit = std::min(limit, smallest(groups, path, "memory.max"));
        if (("," + controllers + ",").find(",memory,") != std::string::npos)
            limit = std::min(limit, smallest(groups / "memory", path, "memory.limit_in_bytes"));
    }
    return limit;
}

} // namespace probehost
