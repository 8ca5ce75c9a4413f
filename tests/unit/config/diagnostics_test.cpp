// The form and the order of what is said about a configuration.
#include "config/diagnostics.hpp"

#include <catch2/catch.hpp>

namespace probehost::test {

TEST_CASE("a diagnostic reads FILE:LINE: KEY: message, and leaves out what it has not", "[config]") {
    CHECK(Diagnostic{Diagnostic::Severity::Error, {"a.yaml", 3}, "server.wait", "is wrong"}.text() ==
          "a.yaml:3: server.wait: is wrong");
    CHECK(Diagnostic{Diagnostic::Severity::Error, {"a.yaml", 0}, "", "no such file"}.text() == "a.yaml: no such file");
    CHECK(Diagnostic{Diagnostic::Severity::Warning, {"a.yaml", 3}, "x", "is odd"}.text() == "a.yaml:3: x: is odd");
}

TEST_CASE("diagnostics come sorted by file and line, equal ones once", "[config]") {
    Diagnostics diagnostics;
    diagnostics.error({"b.yaml", 1}, "", "first of b");
    diagnostics.error({"a.yaml", 10}, "x", "tenth of a");
    diagnostics.error({"a.yaml", 2}, "y", "second of a");
    diagnostics.error({"a.yaml", 2}, "a", "also second of a");
    diagnostics.error({"a.yaml", 10}, "x", "tenth of a");
    std::vector<std::string> messages;
    for (const auto& one : diagnostics.sorted()) messages.push_back(one.message);
    CHECK(messages == std::vector<std::string>{"second of a", "also second of a", "tenth of a", "first of b"});
}

TEST_CASE("a diagnostic is one line, whatever it quotes, and a secret of several is masked before", "[config]") {
    Diagnostics diagnostics;
    diagnostics.error({"a\nb.yaml", 1}, "k\ny", "found \"x\r\n\033[31my\", from hid\nden");
    diagnostics.mask({"hid\nden"});
    CHECK(diagnostics.firstError() == "a b.yaml:1: k y: found \"x   [31my\", from ***");
}

TEST_CASE("warnings alone are no errors", "[config]") {
    Diagnostics diagnostics;
    diagnostics.warning({"a.yaml", 1}, "", "is odd");
    CHECK_FALSE(diagnostics.hasErrors());
    diagnostics.error({"a.yaml", 1}, "", "is wrong");
    CHECK(diagnostics.hasErrors());
}

} // namespace probehost::test
