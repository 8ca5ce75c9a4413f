// Files that no honest author writes: one clear line each, quickly.
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "workspace.hpp"

namespace probehost::test {

namespace {

std::string only(const Loaded& loaded) {
    const auto errors = loaded.errors();
    INFO(loaded.said());
    CHECK(errors.size() == 1);
    return errors.empty() ? "" : errors.front();
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
}

} // namespace

TEST_CASE("files that cannot be read are told apart", "[config]") {
    const Workspace workspace;
    CHECK(only(loadFile(workspace.path("missing.yaml"))) == " no such file");
    CHECK(only(loadFile(workspace.path("."))) == " is a directory, expected a file");
    CHECK(only(loadFile("/dev/zero")) == " is not a regular file");
    REQUIRE(mkfifo(workspace.path("pipe").c_str(), 0600) == 0);
    CHECK(only(loadFile(workspace.path("pipe"))) == " is not a regular file");
    CHECK(only(loadText(workspace, std::string(2U << 20U, '#'))) == " is larger than 1 MiB");
    CHECK(only(loadText(workspace, "")) == " is empty; expected a map of keys, at least \"checks: {}\"");
    CHECK(only(loadText(workspace, " \n\n")) == " is empty; expected a map of keys, at least \"checks: {}\"");
    const std::string notText = "1: holds a control character, or bytes that are no UTF-8 text";
    CHECK(only(loadText(workspace, std::string("a: ") + '\0' + "b")) == notText);
    CHECK(only(loadText(workspace, "\xff\xfe: UTF-16")) == notText);
}

TEST_CASE("a file that this user may not read is told so", "[config]") {
    if (geteuid() == 0) return; // root may read everything
    const Workspace workspace;
    const auto file = workspace.write("probehost.yaml", "checks: {}\n");
    REQUIRE(chmod(file.c_str(), 0) == 0);
    CHECK(only(loadFile(file)) == " may not be read by this user");
    REQUIRE(chmod(file.c_str(), 0600) == 0);
    REQUIRE(mkdir(workspace.path("conf.d").c_str(), 0) == 0);
    CHECK(only(loadFile(file)) == "1: include: conf.d/*.yaml: the directory may not be read by this user");
    REQUIRE(chmod(workspace.path("conf.d").c_str(), 0700) == 0);
}

TEST_CASE("a byte order mark is no trouble", "[config]") {
    const Workspace workspace;
    CHECK(loadText(workspace, "\xef\xbb\xbfservice: a\n").settings.service == "a");
}

TEST_CASE("hostile texts end soon and in words", "[config]") {
    const Workspace workspace;
    constexpr int many = 200000;
    const auto text = GENERATE_COPY(values<std::string>({
        repeated("[", many),
        repeated("{", many),
        repeated("{a: ", many),
        repeated("- ", many),
        repeated("? ", many),
        repeated("a: ", many),
        repeated("!!a ", many),
        repeated("&a ", many),
        repeated("*a ", many),
        repeated("'", many),
        repeated("\"\\x41", many),
        repeated("a:\n", many),
        repeated("[a],", many),
        repeated("- a\n", many),
        repeated("---\n", many),
        "x: " + repeated("- [", many),
        "x: |\n" + repeated(" \n", many),
        "x: \"" + repeated("${", many) + "\"",
        "x: \"" + repeated("${A:-", many) + repeated("}", many) + "\"",
        "service: " + repeated("${PATH}", 5000),
        "checks: {" + repeated("a: {checker: x}, ", many / 10) + "}",
        "a: &a [" + repeated("x,", 1000) + "]\nb: [" + repeated("*a,", 1000) + "]\n",
        "a: &a \"" + std::string(500000, 'x') + "\"\nb: [" + repeated("*a,", 1000) + "]\n",
        std::string(300, 'k') + ": x\n",
    }));
    INFO(text.substr(0, 20));
    const auto start = std::chrono::steady_clock::now();
    const auto loaded = loadText(workspace, text);
    CHECK(loaded.diagnostics.hasErrors());
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("a very long setting is validated without harm", "[config]") {
    const Workspace workspace;
    const auto longText = std::string(60000, '/');
    const auto loaded =
        loadText(workspace, "checks: {c: {checker: redis, with: {tls: {ca_file: \"" + longText + "\"}}}}\n");
    CHECK(loaded.settings.checks.size() == 1);
}

} // namespace probehost::test
