// Included files: which are read, and in what order.
#include <catch2/catch.hpp>

#include "workspace.hpp"

namespace probehost::test {

namespace {

std::vector<std::string> names(const Settings& settings) {
    std::vector<std::string> names;
    for (const auto& check : settings.checks) names.push_back(check.policy.name);
    return names;
}

} // namespace

TEST_CASE("conf.d is included by default, sorted by name, after the main file", "[config]") {
    const Workspace workspace;
    workspace.write("conf.d/20-b.yaml", "checks: {b: {checker: free}}\n");
    workspace.write("conf.d/10-a.yaml", "checks: {a: {checker: free}}\n");
    workspace.write("conf.d/ignored.txt", "not: yaml: at all\n");
    workspace.write("conf.d/empty.yaml", "# nothing yet\n");
    const auto loaded = loadText(workspace, "checks: {z: {checker: free}}\n");
    CHECK(loaded.said().empty());
    CHECK(names(loaded.settings) == std::vector<std::string>{"z", "a", "b"});
    CHECK(loaded.settings.includedFiles == std::vector<std::string>{workspace.path("conf.d/10-a.yaml"),
                                                                    workspace.path("conf.d/20-b.yaml"),
                                                                    workspace.path("conf.d/empty.yaml")});
    CHECK(loaded.settings.checks[1].location.file == workspace.path("conf.d/10-a.yaml"));
}

TEST_CASE("written globs replace the default, and no file is read twice", "[config]") {
    const Workspace workspace;
    workspace.write("conf.d/a.yaml", "checks: {a: {checker: free}}\n");
    workspace.write("more/b.yml", "checks: {b: {checker: free}}\n");
    const auto loaded = loadText(workspace, "include: [more/*.yml, more/b.yml, \"*.yaml\", none/*.yaml]\n");
    CHECK(loaded.said().empty());
    CHECK(names(loaded.settings) == std::vector<std::string>{"b"});
}

TEST_CASE("a name that is used in two files is an error that names both", "[config]") {
    const Workspace workspace;
    const auto included = workspace.write("conf.d/a.yaml", "\nchecks:\n  db: {checker: free}\n");
    const auto loaded = loadText(workspace, "checks:\n  db: {checker: free}\n");
    CHECK(loaded.said() == included + ":3: checks.db: is a check of " + workspace.path("probehost.yaml") +
                               ":2 already; give one of them another name\n");
}

TEST_CASE("an included file holds checks only", "[config]") {
    const Workspace workspace;
    const auto included = workspace.write("conf.d/a.yaml", "service: x\ninclude: [y]\ncheks: {}\n");
    const auto main = workspace.path("probehost.yaml");
    const auto loaded = loadText(workspace, "checks: {}\n");
    CHECK(loaded.said() == included + ":1: service: an included file holds checks only; move this to " + main + "\n" +
                               included + ":2: include: an included file holds checks only; move this to " + main +
                               "\n" + included + ":3: cheks: unknown key, did you mean \"checks\"?\n");
}

TEST_CASE("errors of all files come at once, and their secrets are all kept", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_A", "canary-a");
    const auto broken = workspace.write("conf.d/a.yaml", "checks: {\n");
    const auto wrong = workspace.write("conf.d/b.yaml",
                                       "checks: {b: {checker: postgres, with: {pasword: \"${PROBEHOST_TEST_A}\"}}}\n");
    const auto loaded = loadText(workspace, "server: {wait: 1}\n");
    CHECK(loaded.diagnostics.sorted().size() == 3);
    CHECK(loaded.said().find("canary") == std::string::npos);
    CHECK(loaded.settings.secrets == std::vector<std::string>{"canary-a"});
}

} // namespace probehost::test
