// The configurations that are shipped are good, and the commented keys really are the defaults.
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "workspace.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

std::string shipped(const std::string& name) {
    std::ifstream stream(std::string(PROBEHOST_SHIPPED_FILES) + "/" + name);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// With every commented key taken into use.
std::string uncommented(const std::string& text) {
    const auto keys = std::regex_replace(text, std::regex("(^|\n)#(?=[a-z]|  )"), "$1");
    return std::regex_replace(keys, std::regex("checks: \\{\\}"), "checks:");
}

} // namespace

TEST_CASE("the default configuration is good as it stands", "[config]") {
    const Workspace workspace;
    const auto loaded = loadText(workspace, shipped("probehost.yaml"));
    CHECK(loaded.said().empty());
    CHECK(loaded.settings.checks.empty());
}

TEST_CASE("the default configuration shows every key at its default", "[config]") {
    Workspace workspace;
    workspace.environment("PGPASSWORD", "canary");
    workspace.environment("CREDENTIALS_DIRECTORY", workspace.path("credentials"));
    workspace.write("credentials/probehost-token", "token");
    const auto loaded = loadText(workspace, uncommented(shipped("probehost.yaml")));
    CHECK(loaded.said().empty());
    const auto plain = loadText(workspace, "checks: {database: {checker: postgres}}\n").settings;
    const auto& settings = loaded.settings;
    CHECK(settings.service == "my-service");
    CHECK(settings.server.token == "token");
    CHECK(settings.server.listen == plain.server.listen);
    CHECK(settings.server.details == plain.server.details);
    CHECK(settings.server.wait == plain.server.wait);
    CHECK(settings.server.drainDelay == plain.server.drainDelay);
    CHECK(settings.server.aliases == plain.server.aliases);
    CHECK(settings.server.limits == plain.server.limits);
    CHECK(plain.server.limits == ServerLimits());
    CHECK(settings.admin.socket == plain.admin.socket);
    CHECK(settings.admin.notifySocket == plain.admin.notifySocket);
    REQUIRE(settings.checks.size() == 1);
    const auto& policy = settings.checks[0].policy;
    const auto& expected = plain.checks[0].policy;
    CHECK(policy.timeout == expected.timeout);
    CHECK(policy.interval == expected.interval);
    CHECK(policy.maxAge == expected.maxAge);
    CHECK(policy.staleAfter == expected.staleAfter);
    CHECK(policy.failureThreshold == expected.failureThreshold);
    CHECK(policy.successThreshold == expected.successThreshold);
    CHECK(policy.critical == expected.critical);
    CHECK(policy.probes.has(Probe::Ready));
    CHECK(settings.checks[0].isolation == plain.checks[0].isolation);
    CHECK(settings.checks[0].forceLive == plain.checks[0].forceLive);
}

TEST_CASE("the quickstart needs no environment and has all five checkers", "[config]") {
    const Workspace workspace;
    const auto loaded = loadText(workspace, shipped("quickstart.yaml"));
    CHECK(loaded.said().empty());
    CHECK(loaded.settings.checks.size() == 5);
    CHECK(loaded.settings.server.listen == std::vector<ListenAddress>{{"127.0.0.1", 8000}});
}

} // namespace probehost::test
