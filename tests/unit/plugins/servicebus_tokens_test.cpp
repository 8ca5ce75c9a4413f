// Connection strings as people paste them, and the tokens that are signed with what they hold.
#include <catch2/catch.hpp>
#include <probehost/checker.hpp>

#include "servicebus/connection_string.hpp"
#include "servicebus/sas_token.hpp"

using namespace probehost::servicebus;
using Catch::Matchers::Contains;

namespace {

const std::string kKey = "SharedAccessKeyName=rule;SharedAccessKey=c2VjcmV0LWtleQ==";

std::string complaint(const std::string& text) {
    try {
        parseConnectionString(text);
    } catch (const probehost::sdk::ConfigError& error) {
        return error.what();
    }
    return {};
}

} // namespace

TEST_CASE("a connection string's keys are split at the first equals sign", "[servicebus]") {
    const auto parsed = parseConnectionString("Endpoint=sb://ns.servicebus.windows.net/;" + kKey + ";EntityPath=jobs");
    CHECK(parsed.host == "ns.servicebus.windows.net");
    CHECK(parsed.port == 0);
    CHECK(parsed.key_name == "rule");
    CHECK(parsed.key == "c2VjcmV0LWtleQ==");
    CHECK(parsed.entity_path == "jobs");
    CHECK_FALSE(parsed.emulator);
}

TEST_CASE("an endpoint may have a port, brackets, spaces around it and words we do not know", "[servicebus]") {
    const auto [endpoint, host, port] = GENERATE(table<std::string, std::string, int>({
        {"sb://localhost:5672", "localhost", 5672},
        {"sb://[::1]:5672/", "::1", 5672},
        {"sb://[::1]", "::1", 0},
        {"localhost", "localhost", 0},
        {" sb://ns.servicebus.windows.net/ ", "ns.servicebus.windows.net", 0},
        {"amqps://10.0.0.1:5671/x/y", "10.0.0.1", 5671},
    }));
    const auto parsed = parseConnectionString("TransportType=Amqp; endpoint=" + endpoint + " ;" + kKey + ";;");
    CHECK(parsed.host == host);
    CHECK(parsed.port == port);
}

TEST_CASE("the emulator is asked for by a word", "[servicebus]") {
    const auto [word, emulator] =
        GENERATE(table<std::string, bool>({{"true", true}, {"True", true}, {"false", false}}));
    const auto text = "Endpoint=sb://localhost;" + kKey + ";UseDevelopmentEmulator=" + word;
    CHECK(parseConnectionString(text).emulator == emulator);
}

TEST_CASE("the emulator's own key is known", "[servicebus]") {
    const auto parsed = parseConnectionString("Endpoint=sb://a;UseDevelopmentEmulator=true");
    CHECK(parsed.key_name == "RootManageSharedAccessKey");
    CHECK(parsed.key == "SAS_KEY_VALUE");
    CHECK(parseConnectionString("Endpoint=sb://a;" + kKey + ";UseDevelopmentEmulator=true").key_name == "rule");
    CHECK_THAT(complaint("Endpoint=sb://a;UseDevelopmentEmulator=false"), Contains("expected SharedAccessKey or"));
}

TEST_CASE("a shared access signature needs no key", "[servicebus]") {
    const auto parsed = parseConnectionString(
        "Endpoint=sb://ns/;SharedAccessSignature=SharedAccessSignature "
        "sr=sb%3A%2F%2Fns%2F&sig=abc%3D&se=2000000000&skn=rule");
    CHECK(parsed.token == "SharedAccessSignature sr=sb%3A%2F%2Fns%2F&sig=abc%3D&se=2000000000&skn=rule");
    CHECK(sasExpiry(parsed.token) == 2000000000);
}

TEST_CASE("a wrong connection string is told by its setting, never by its text", "[servicebus]") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"", "expected an Endpoint"},
        {"hush", "expected KEY=VALUE"},
        {"SharedAccessKeyName=rule;SharedAccessKey=hush", "expected an Endpoint"},
        {"Endpoint=sb://ns/;SharedAccessKey=hush", "expected SharedAccessKeyName"},
        {"Endpoint=sb://ns/;SharedAccessKeyName=hush", "expected SharedAccessKey or"},
        {"Endpoint=sb://ns/;SharedAccessKeyName=a;SharedAccessKey=hush;SharedAccessSignature=hush", "not both"},
        {"Endpoint=sb://ns:0/;SharedAccessKeyName=a;SharedAccessKey=hush", "expected a port"},
        {"Endpoint=sb://ns:99999/;SharedAccessKeyName=a;SharedAccessKey=hush", "expected a port"},
        {"Endpoint=sb://ns:hush/;SharedAccessKeyName=a;SharedAccessKey=hush", "expected a port"},
        {"Endpoint=sb://user:hush@ns/;SharedAccessKeyName=a;SharedAccessKey=hush", "expected a port"},
        {"Endpoint=sb://hush@ns/;SharedAccessKeyName=a;SharedAccessKey=hush", "expected a host name"},
        {"Endpoint=http://ns/;SharedAccessKeyName=a;SharedAccessKey=hush", "begins with sb://"},
        {"Endpoint=sb://ns/;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=hush", "true or false"},
        {"Endpoint=sb://[::1/;SharedAccessKeyName=a;SharedAccessKey=hush", "expected ']'"},
        {"Endpoint=sb://[::1]hush/;SharedAccessKeyName=a;SharedAccessKey=hush", "expected a host name"},
    }));
    CHECK_THAT(complaint(text), Contains("connection_string: ") && Contains(expected) && !Contains("hush"));
}

TEST_CASE("a token is signed as Microsoft's client signs it", "[servicebus]") {
    const auto token = sasToken("RootManageSharedAccessKey", "SAS_KEY_VALUE",
                                "sb://localhost:35672/topic.1/Subscriptions/subscription.1/$management", 1795378757);
    CHECK(token ==
          "SharedAccessSignature "
          "sr=sb%3A%2F%2Flocalhost%3A35672%2Ftopic.1%2FSubscriptions%2Fsubscription.1%2F%24management"
          "&sig=pofbUuvBss6tx9vCRa0HJL9FukekcOi5KiJBp5zfdIQ%3D&se=1795378757&skn=RootManageSharedAccessKey");
    CHECK(sasExpiry(token) == 1795378757);
}

TEST_CASE("only what needs it is escaped", "[servicebus]") {
    CHECK(percentEncoded("aZ09-_.!~*'()") == "aZ09-_.!~*'()");
    CHECK(percentEncoded(" +/=&%$") == "%20%2B%2F%3D%26%25%24");
    CHECK(percentEncoded("\xc3\xa9") == "%C3%A9");
    CHECK(percentEncoded(std::string(1, '\0')) == "%00");
}

TEST_CASE("a signature without a readable end has none", "[servicebus]") {
    const auto [token, expiry] = GENERATE(table<std::string, int64_t>({
        {"SharedAccessSignature se=12&sr=x", 12},
        {"SharedAccessSignature sr=x&se=34", 34},
        {"SharedAccessSignature sr=x&sig=y", -1},
        {"SharedAccessSignature sr=x&se=&sig=y", -1},
        {"SharedAccessSignature sr=x&se=12x", -1},
        {"SharedAccessSignature sr=x&se=99999999999999999999", -1},
        {"", -1},
    }));
    CHECK(sasExpiry(token).value_or(-1) == expiry);
}
