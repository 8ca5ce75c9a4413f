// A configuration as plain data: defaults, and every key.
#include <catch2/catch.hpp>

#include "workspace.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

Settings good(const Workspace& workspace, const std::string& text) {
    auto loaded = loadText(workspace, text);
    INFO(loaded.said());
    CHECK(loaded.said().empty());
    return std::move(loaded.settings);
}

} // namespace

TEST_CASE("a configuration without keys has the documented defaults", "[config]") {
    const Workspace workspace;
    const auto settings = good(workspace, "checks: {}\n");
    CHECK(settings.service.empty());
    CHECK(settings.server.listen == std::vector<ListenAddress>{{"0.0.0.0", 8000}});
    CHECK(settings.server.details == Details::Full);
    CHECK(settings.server.token.empty());
    CHECK(settings.server.wait == 800ms);
    CHECK(settings.server.drainDelay == 5s);
    CHECK(settings.server.aliases.empty());
    CHECK(settings.admin.socket == "/run/probehost/admin.sock");
    CHECK(settings.admin.notifySocket == "/run/probehost/notify.sock");
    CHECK_FALSE(settings.admin.socketWritten);
    CHECK_FALSE(settings.admin.notifyWritten);
    CHECK(settings.plugins.path.empty());
    CHECK_FALSE(settings.plugins.pathWritten);
    CHECK(settings.checks.empty());
}

TEST_CASE("every key of the host is read", "[config]") {
    const Workspace workspace;
    const auto settings = good(workspace, R"(
service: ai-platform
server:
  listen: ["127.0.0.1:0", "[::1]:8000", "127.0.0.1:0"]
  details: terse
  token: s3cret-token
  wait: 0
  drain_delay: 1m
  aliases: {/healthz: live, /readyz: ready, /up: started}
admin:
  listen: unix:run/admin.sock
plugins:
  path: [/usr/lib/probehost/plugins, more]
)");
    CHECK(settings.service == "ai-platform");
    CHECK(settings.server.listen == std::vector<ListenAddress>{{"127.0.0.1", 0}, {"::1", 8000}, {"127.0.0.1", 0}});
    CHECK(settings.server.details == Details::Terse);
    CHECK(settings.server.token == "s3cret-token");
    CHECK(settings.server.wait == 0ms);
    CHECK(settings.server.drainDelay == 1min);
    CHECK(settings.server.aliases ==
          std::map<std::string, Probe>{{"/healthz", Probe::Live}, {"/readyz", Probe::Ready}, {"/up", Probe::Started}});
    CHECK(settings.admin.socket == workspace.path("run/admin.sock"));
    CHECK(settings.admin.socketWritten);
    CHECK(settings.admin.notifySocket == workspace.path("run/notify.sock"));
    CHECK(settings.plugins.path == std::vector<std::string>{"/usr/lib/probehost/plugins", workspace.path("more")});
    CHECK(settings.plugins.pathWritten);
}

TEST_CASE("every key of a check is read", "[config]") {
    const Workspace workspace;
    const auto settings = good(workspace, R"(
checks:
  database:
    checker: postgres
    probes: [started, live]
    timeout: 1500ms
    interval: 0
    max_age: 0s
    stale_after: 2m
    failure_threshold: 3
    success_threshold: 2
    critical: false
    isolation: process
    force_live: true
)");
    REQUIRE(settings.checks.size() == 1);
    const auto& check = settings.checks.front();
    CHECK(check.policy.name == "database");
    CHECK(check.policy.checker == "postgres");
    CHECK(check.policy.probes.has(Probe::Live));
    CHECK_FALSE(check.policy.probes.has(Probe::Ready));
    CHECK(check.policy.probes.has(Probe::Started));
    CHECK(check.policy.timeout == 1500ms);
    CHECK(check.policy.interval == 0ms);
    CHECK(check.policy.maxAge == 0ms);
    CHECK(check.policy.staleAfter == 2min);
    CHECK(check.policy.failureThreshold == 3);
    CHECK(check.policy.successThreshold == 2);
    CHECK_FALSE(check.policy.critical);
    CHECK(check.isolation == Isolation::Process);
    CHECK(check.forceLive);
    CHECK(check.location.line == 3);
}

TEST_CASE("checks keep the order of the file", "[config]") {
    const Workspace workspace;
    const auto settings =
        good(workspace, "checks:\n  z: {checker: free}\n  a: {checker: free}\n  m: {checker: free}\n");
    REQUIRE(settings.checks.size() == 3);
    CHECK(settings.checks[0].policy.name == "z");
    CHECK(settings.checks[1].policy.name == "a");
    CHECK(settings.checks[2].policy.name == "m");
}

TEST_CASE("empty sections count as absent", "[config]") {
    const Workspace workspace;
    const auto settings = good(workspace, "server:\nadmin:\nplugins:\nchecks:\n");
    CHECK(settings.server.wait == 800ms);
}

TEST_CASE("JSON is read too", "[config]") {
    const Workspace workspace;
    const auto settings =
        good(workspace,
             "{\n\t\"service\":\"a\\/\\u00e9\",\"server\":{\"listen\":[\"[::]:1\"],\"wait\":\"1s\"},\n"
             "\t\"checks\":{\"db\":{\"checker\":\"postgres\",\"critical\":false,\"failure_threshold\":2,"
             "\"with\":{\"port\":5433,\"user\":\"x\"}}}\n}\n");
    CHECK(settings.service == "a/\u00e9");
    CHECK(settings.server.wait == 1s);
    REQUIRE(settings.checks.size() == 1);
    CHECK(settings.checks[0].settings.scalars.at("/port") == "5433");
    CHECK(settings.checks[0].policy.failureThreshold == 2);
}

TEST_CASE("ten thousand checks are no more than a file may hold", "[config]") {
    const Workspace workspace;
    std::string text = "checks:\n";
    for (int i = 0; i < 10000; i++)
        text += "  c" + std::to_string(i) +
                ": {checker: free, interval: 10s, with: {host: a, port: 5432, user: b, c: [d, e]}}\n";
    CHECK(good(workspace, text).checks.size() == 10000);
}

TEST_CASE("aliases of YAML can be used", "[config]") {
    const Workspace workspace;
    const auto settings =
        good(workspace, "checks:\n  a: {checker: free, with: &shared {x: 1}}\n  b: {checker: free, with: *shared}\n");
    REQUIRE(settings.checks.size() == 2);
    CHECK(settings.checks[1].settings.json == R"({"x":1})");
}

} // namespace probehost::test
