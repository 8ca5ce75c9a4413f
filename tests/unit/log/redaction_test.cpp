// No secret reaches the output, however it is written and wherever the line is cut.
#include <catch2/catch.hpp>

#include "log/log.hpp"
#include "output.hpp"

namespace probehost::test {

namespace {

std::string masked(const std::vector<std::string>& secrets, std::string_view text) {
    Output output;
    Log log(output.fd());
    log.mask(Redactor(secrets));
    log.write(Level::Info, text);
    log.write(Level::Info, "end");
    const auto all = output.readUntil("end");
    return all.substr(0, all.size() - std::string("end\n").size());
}

} // namespace

TEST_CASE("log: secrets are masked, as they are and percent-encoded", "[log]") {
    auto [secret, text, line] = GENERATE(table<std::string, std::string, std::string>({
        {"hunter2", "password hunter2, again hunter2", "password ***, again ***\n"},
        {"p@ss/w\xC3\xB6rd", "redis://:p@ss/w\xC3\xB6rd@cache", "redis://:***@cache\n"},
        {"p@ss/w\xC3\xB6rd", "redis://:p%40ss%2Fw%C3%B6rd@cache", "redis://:***@cache\n"},
        {"p@ss/w\xC3\xB6rd", "redis://:p%40ss%2fw%c3%b6rd@cache", "redis://:***@cache\n"},
        {"key+1==", "sig=key%2B1%3D%3D&se=1", "sig=***&se=1\n"},
        {"line one\nline two", "key: line one\nline two.", "key: ***.\n"},
    }));
    CHECK(masked({secret}, text) == line);
}

TEST_CASE("log: a secret at the place where a line is cut leaves nothing of itself", "[log]") {
    const std::string secret = "canary-in-a-password";
    const auto start = GENERATE(4076U, 4077U, 4080U, 4090U, 4095U, 4096U);
    CAPTURE(start);
    const auto line = masked({secret}, std::string(start, '.') + secret + std::string(100, '.'));
    CHECK(line.find('c') == std::string::npos);
    CHECK(line.size() == 4097);
}

TEST_CASE("log: many masked secrets do not let the next one through the cut", "[log]") {
    std::string text;
    for (int i = 0; i < 1000; i++) text += "canary-in-a-password,";
    const auto line = masked({"canary-in-a-password"}, text);
    CHECK(line.find("canary") == std::string::npos);
    CHECK(line.size() == 4001);
}

TEST_CASE("log: new secrets take the place of the former", "[log]") {
    Output output;
    Log log(output.fd());
    log.mask(Redactor({"first-secret"}));
    log.write(Level::Info, "first-secret second-secret");
    log.mask(Redactor({"second-secret"}));
    log.write(Level::Info, "first-secret second-secret");
    CHECK(output.readUntil("first-secret ***") == "*** second-secret\nfirst-secret ***\n");
}

} // namespace probehost::test
