// The libraries that a shared object brings with it, found as the dynamic linker finds them, without loading any.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "authoring/elf_image.hpp"

namespace probehost::authoring {

struct LibraryClosure {
    std::map<std::string, std::string> files; // name as needed -> path
    std::vector<std::string> missing;         // "NAME, needed by FILE"
};

// Looks in run paths, $LD_LIBRARY_PATH, the linker's cache and its own folders; only at libraries for the same machine.
LibraryClosure closureOf(const std::string& file, const ElfImage& image);

// A folder of a run path with $ORIGIN put in place.
std::string expandedRunPath(const std::string& folder, const std::string& file);

} // namespace probehost::authoring
