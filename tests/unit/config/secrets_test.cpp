// Which parts of a configuration are secrets.
#include <algorithm>
#include <catch2/catch.hpp>

#include "config/secret_patterns.hpp"
#include "workspace.hpp"

namespace probehost::test {

namespace {

bool has(const std::vector<std::string>& secrets, const std::string& text) {
    return std::find(secrets.begin(), secrets.end(), text) != secrets.end();
}

} // namespace

TEST_CASE("secrets are found inside of URLs and connection strings", "[config]") {
    const auto [text, secret] = GENERATE(table<std::string, std::string>({
        {"postgresql://user:hunter2@db:5432/app", "hunter2"},
        {"postgresql://user:hun%40ter2@db/app", "hun@ter2"},
        {"postgresql://user:hun%40ter2@db/app", "hun%40ter2"},
        {"redis://:hunter2@cache", "hunter2"},
        {"rediss://user:p:w@cache/0?x=y@z", "p:w"},
        {"redis://user:a@b@cache/0", "a@b"},
        {"redis://user:a/b@cache/0", "a/b"},
        {"postgresql://db/app?user=u&password=hunter2&sslmode=require", "hunter2"},
        {"host=db password=hunter2 user=x", "hunter2"},
        {"host=db password = 'hun ter\\'2' user=x", "hun ter'2"},
        {"PASSWORD=hunter2", "hunter2"},
        {"password=a&b", "a&b"},
        {"Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey=abc=;EntityPath=q", "abc="},
        {"Endpoint=sb://x/;SharedAccessSignature=SharedAccessSignature sr=x&sig=abc&se=1", "abc"},
        {"http://proxy:1/?next=postgres://u:hunter2@db", "hunter2"},
    }));
    INFO(text);
    CHECK(has(secretsWithin(text), secret));
}

TEST_CASE("texts without secrets have none", "[config]") {
    const auto* text = GENERATE("", "://", "postgresql://user@db/app", "redis://cache:6379/0", "password",
                                "password=", "http://a/b?c=d", "a@b:c", "x://y@", "password='");
    INFO(text);
    CHECK(secretsWithin(text).empty());
}

TEST_CASE("a shared access signature is masked whole, blanks included", "[config]") {
    const auto secrets = secretsWithin("SharedAccessSignature=SharedAccessSignature sr=x&sig=abc%3D&se=1;EntityPath=q");
    CHECK(has(secrets, "SharedAccessSignature sr=x&sig=abc%3D&se=1"));
    CHECK(has(secrets, "abc%3D"));
}

TEST_CASE("a check's secrets are kept with it and with the whole", "[config]") {
    Workspace workspace;
    workspace.environment("PROBEHOST_TEST_A", "from-outside");
    workspace.environment("PROBEHOST_TEST_TRUE", "true");
    const auto loaded = loadText(workspace, R"(
server: {token: the-token}
checks:
  a: {checker: postgres, with: {password: literal-password, user: "${PROBEHOST_TEST_A}", dbname: plain}}
  b: {checker: redis, with: {url: "redis://u:in-url@h", cluster: "${PROBEHOST_TEST_TRUE}"}}
)");
    CHECK(loaded.said().empty());
    const auto& settings = loaded.settings;
    CHECK(has(settings.checks[0].settings.secrets, "literal-password"));
    CHECK(has(settings.checks[0].settings.secrets, "from-outside"));
    CHECK_FALSE(has(settings.checks[0].settings.secrets, "plain"));
    CHECK(settings.checks[1].settings.secrets == std::vector<std::string>{"in-url"});
    CHECK(settings.secrets == std::vector<std::string>{"from-outside", "in-url", "literal-password", "the-token"});
}

} // namespace probehost::test
