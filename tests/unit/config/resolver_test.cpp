// The second step: what checks take from their checkers, and how their own settings are read.
#include <catch2/catch.hpp>

#include "workspace.hpp"

namespace probehost::test {

using namespace std::chrono_literals;

namespace {

CheckEntry check(const Workspace& workspace, const std::string& text) {
    auto loaded = loadText(workspace, "checks:\n  it: " + text + "\n");
    INFO(loaded.said());
    CHECK(loaded.said().empty());
    REQUIRE(loaded.settings.checks.size() == 1);
    return std::move(loaded.settings.checks.front());
}

std::string json(const Workspace& workspace, const std::string& checker, const std::string& with) {
    return check(workspace, "{checker: " + checker + ", with: " + with + "}").settings.json;
}

} // namespace

TEST_CASE("what a check leaves out comes from its checker", "[config]") {
    const Workspace workspace;
    const auto model = check(workspace, "{checker: model, with: {source: app}}").policy;
    CHECK(model.probes.has(Probe::Ready));
    CHECK(model.probes.has(Probe::Started));
    CHECK_FALSE(model.probes.has(Probe::Live));
    CHECK(model.timeout == 1s);
    CHECK(model.interval == 1s);
    CHECK(model.maxAge == 1s);
    CHECK(model.staleAfter == 1min);
    CHECK(model.failureThreshold == 1);
    CHECK(model.successThreshold == 1);
    CHECK(model.critical);
    CHECK(check(workspace, "{checker: azure-openai}").policy.maxAge == 30s);
    CHECK(check(workspace, "{checker: azure-openai}").policy.staleAfter == 90s);
    CHECK(check(workspace, "{checker: postgres, interval: 1h}").policy.staleAfter == 3h);
    CHECK(check(workspace, "{checker: postgres, interval: 1h, stale_after: 2h}").policy.staleAfter == 2h);
}

TEST_CASE("a local checker may be on live, an external one when the check insists", "[config]") {
    const Workspace workspace;
    CHECK(check(workspace, "{checker: model, probes: [live], with: {source: app}}").policy.probes.has(Probe::Live));
    CHECK(check(workspace, "{checker: postgres, probes: [live], force_live: true}").policy.probes.has(Probe::Live));
}

TEST_CASE("a check that counts for no probe is warned of", "[config]") {
    const Workspace workspace;
    const auto loaded = loadText(workspace, "checks:\n  it: {checker: humble}\n");
    CHECK_FALSE(loaded.diagnostics.hasErrors());
    CHECK(loaded.errors() ==
          std::vector<std::string>{"2: checks.it.probes: counts for no probe: write probes: [ready]"});
    CHECK(check(workspace, "{checker: humble, probes: [ready]}").policy.probes.has(Probe::Ready));
}

TEST_CASE("a value becomes what the schema wants", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_PORT", "5433");
    workspace.environment("PROBEHOST_TEST_TRUE", "true");
    CHECK(json(workspace, "postgres", "{port: 5432}") == R"({"port":5432})");
    CHECK(json(workspace, "postgres", "{port: \"${PROBEHOST_TEST_PORT}\"}") == R"({"port":5433})");
    CHECK(json(workspace, "postgres", "{port: \"${PROBEHOST_TEST_UNSET:-5434}\"}") == R"({"port":5434})");
    CHECK(json(workspace, "redis", "{cluster: \"${PROBEHOST_TEST_TRUE}\"}") == R"({"cluster":true})");
    CHECK(json(workspace, "redis", "{tls: true}") == R"({"tls":true})");
    CHECK(json(workspace, "redis", "{tls: {ca_file: /ca.pem}}") == R"({"tls":{"ca_file":"/ca.pem"}})");
    CHECK(json(workspace, "redis", "{ratio: 1}") == R"({"ratio":1})");
    CHECK(json(workspace, "redis", "{ratio: 0.5}") == R"({"ratio":0.5})");
    CHECK(json(workspace, "redis", "{nodes: [1, a]}") == R"({"nodes":["1","a"]})");
}

TEST_CASE("a number or boolean where text is wanted is taken as it is written", "[config]") {
    const Workspace workspace;
    CHECK(json(workspace, "postgres", "{password: 007, user: true, dbname: 1e3}") ==
          R"({"password":"007","user":"true","dbname":"1e3"})");
}

TEST_CASE("where a schema says nothing, plain numbers are numbers and expanded ones texts", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_PORT", "5433");
    CHECK(json(workspace, "free",
               "{a: 1, b: -2.5, c: false, d: x, e: \"1\", f: null, g: [1], h: \"${PROBEHOST_TEST_PORT}\"}") ==
          R"({"a":1,"b":-2.5,"c":false,"d":"x","e":"1","f":null,"g":[1],"h":"5433"})");
}

TEST_CASE("settings are flattened to JSON pointers", "[config]") {
    const Workspace workspace;
    const auto settings =
        check(workspace, "{checker: free, with: {a: {b/c: [x, 2, {d~e: true}]}, n: null, r: 1.50, z: 007}}").settings;
    CHECK(settings.scalars ==
          std::map<std::string, std::string>{
              {"/a/b~1c/0", "x"}, {"/a/b~1c/1", "2"}, {"/a/b~1c/2/d~0e", "true"}, {"/r", "1.50"}, {"/z", "7"}});
}

TEST_CASE("a check without settings has an empty object", "[config]") {
    const Workspace workspace;
    CHECK(check(workspace, "{checker: postgres}").settings.json == "{}");
    CHECK(check(workspace, "{checker: postgres, with: }").settings.json == "{}");
}

TEST_CASE("a failed expansion is told once and brings no error of the schema with it", "[config]") {
    const Workspace workspace;
    const auto loaded = loadText(workspace, R"(checks:
  a: {checker: postgres, with: {port: "${PROBEHOST_TEST_UNSET}", require: "${PROBEHOST_TEST_UNSET}"}}
  b: {checker: model, with: {source: "${PROBEHOST_TEST_UNSET}"}}
)");
    CHECK(loaded.diagnostics.sorted().size() == 3);
}

} // namespace probehost::test
