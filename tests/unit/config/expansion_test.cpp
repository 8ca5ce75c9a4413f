// ${…} in values: what it becomes, and what of it is secret.
#include <algorithm>
#include <catch2/catch.hpp>

#include "workspace.hpp"

namespace probehost::test {

namespace {

std::string serviceFrom(const Workspace& workspace, const std::string& text) {
    const auto loaded = loadText(workspace, "service: " + text + "\n");
    INFO(loaded.said());
    CHECK_FALSE(loaded.diagnostics.hasErrors());
    return loaded.settings.service;
}

bool isSecret(const Settings& settings, const std::string& text) {
    return std::find(settings.secrets.begin(), settings.secrets.end(), text) != settings.secrets.end();
}

} // namespace

TEST_CASE("variables expand, also inside of longer texts", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_A", "alpha");
    workspace.environment("PROBEHOST_TEST_EMPTY", "");
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"${PROBEHOST_TEST_A}", "alpha"},
        {"\"${PROBEHOST_TEST_A}\"", "alpha"},
        {"x-${PROBEHOST_TEST_A}-${PROBEHOST_TEST_A}", "x-alpha-alpha"},
        {"${PROBEHOST_TEST_A:-other}", "alpha"},
        {"${PROBEHOST_TEST_EMPTY:-other}", "other"},
        {"${PROBEHOST_TEST_UNSET:-other:-x}", "other:-x"},
        {"${PROBEHOST_TEST_UNSET:-${PROBEHOST_TEST_A}}", "alpha"},
        {"x${PROBEHOST_TEST_EMPTY}", "x"},
        {"$${PROBEHOST_TEST_A}", "${PROBEHOST_TEST_A}"},
        {"$PROBEHOST_TEST_A", "$PROBEHOST_TEST_A"},
        {"a$b$", "a$b$"},
        {"$$$$", "$$$$"},
    }));
    CHECK(serviceFrom(workspace, text) == expected);
}

TEST_CASE("an expanded text is not expanded again", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_A", "${PROBEHOST_TEST_UNSET}");
    CHECK(serviceFrom(workspace, "${PROBEHOST_TEST_A}") == "${PROBEHOST_TEST_UNSET}");
}

TEST_CASE("a file's text loses the line ends at its end, and its path is relative to the configuration", "[config]") {
    Workspace workspace;
    workspace.write("secrets/one", "from-file\r\n\n");
    workspace.environment("PROBEHOST_TEST_A", "one");
    CHECK(serviceFrom(workspace, "${file:secrets/one}") == "from-file");
    CHECK(serviceFrom(workspace, "${file:" + workspace.path("secrets/one") + "}") == "from-file");
    CHECK(serviceFrom(workspace, "${file:secrets/${PROBEHOST_TEST_A}}") == "from-file");
}

TEST_CASE("a credential comes from systemd's directory", "[config]") {
    Workspace workspace;
    workspace.write("credentials/db", "from-credential\n");
    workspace.environment("CREDENTIALS_DIRECTORY", workspace.path("credentials"));
    CHECK(serviceFrom(workspace, "${credential:db}") == "from-credential");
    const auto loaded = loadText(workspace, "service: ${credential:other}\n");
    CHECK(loaded.errors() == std::vector<std::string>{"1: service: the credential other: no such file"});
}

TEST_CASE("a file that is too large or no text is refused", "[config]") {
    Workspace workspace;
    workspace.write("large", std::string(70000, 'x'));
    workspace.write("binary", std::string("a\0b", 3));
    workspace.write("latin", "caf\xe9");
    CHECK(loadText(workspace, "service: ${file:large}\n").errors() ==
          std::vector<std::string>{"1: service: the file large: is larger than 64 KiB"});
    CHECK(loadText(workspace, "service: ${file:binary}\n").errors() ==
          std::vector<std::string>{"1: service: the file binary holds bytes that are no UTF-8 text"});
    CHECK(loadText(workspace, "service: ${file:latin}\n").errors() ==
          std::vector<std::string>{"1: service: the file latin holds bytes that are no UTF-8 text"});
    CHECK(loadText(workspace, "service: ${file:/dev/zero}\n").errors() ==
          std::vector<std::string>{"1: service: the file /dev/zero: is not a regular file"});
}

TEST_CASE("what came from outside is secret, what stands in the file is not", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_A", "alpha");
    workspace.write("one", "beta");
    const auto loaded =
        loadText(workspace, "service: x-${PROBEHOST_TEST_A}-${file:one}-${PROBEHOST_TEST_UNSET:-gamma}\n");
    CHECK(isSecret(loaded.settings, "alpha"));
    CHECK(isSecret(loaded.settings, "beta"));
    CHECK_FALSE(isSecret(loaded.settings, "gamma"));
    CHECK_FALSE(isSecret(loaded.settings, "x-alpha-beta-gamma"));
}

TEST_CASE("keys are not expanded", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_A", "service");
    const auto loaded = loadText(workspace, "${PROBEHOST_TEST_A}: x\n");
    CHECK(loaded.errors() ==
          std::vector<std::string>{
              "1: …: unknown key; expected one of: service, server, admin, plugins, checks, include"});
}

} // namespace probehost::test
