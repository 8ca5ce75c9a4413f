// In the system's place for temporary files.
#include "folder.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace probehost::test {

Folder::Folder() : path_((std::filesystem::temp_directory_path() / "plugin-tests-XXXXXX").string()) {
    REQUIRE(mkdtemp(path_.data()) != nullptr);
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, std::string_view bytes) const {
    std::filesystem::remove(path(name)); // a file that is open as a plugin stays as it is
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
}

} // namespace probehost::test
