// Every bad configuration in bad/ is told about in exactly the words that its first lines expect.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "workspace.hpp"

namespace probehost::test {

namespace {

std::vector<std::string> badFiles() {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(PROBEHOST_BAD_FILES)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

// The lines "# expect: …" at the beginning.
std::vector<std::string> expectations(const std::string& file) {
    constexpr std::string_view mark = "# expect: ";
    std::vector<std::string> lines;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line) && line.starts_with(mark);)
        lines.push_back(line.substr(mark.size()));
    return lines;
}

} // namespace

TEST_CASE("each bad file gets exactly the errors it expects", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_SECRET", "canary-5ec2e7");
    workspace.environment("PROBEHOST_TEST_EMPTY", "");
    workspace.environment("PROBEHOST_TEST_NUMBER", "70007");
    const auto files = badFiles();
    REQUIRE(files.size() >= 45);
    for (const auto& file : files) {
        INFO(file);
        const auto expected = expectations(file);
        CHECK_FALSE(expected.empty());
        const auto loaded = loadFile(file);
        CHECK(loaded.errors() == expected);
        CHECK(loaded.said().find("canary") == std::string::npos);
        CHECK(loaded.said().find("70007") == std::string::npos);
    }
}

} // namespace probehost::test
