// Whatever a plugin said is made harmless for where it goes.
#include "cli/verify_output.hpp"

#include <Poco/JSON/Object.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "cli/terminal.hpp"

namespace probehost::cli {

namespace {

using authoring::Outcome;
using authoring::VerifiedTest;
using Results = std::vector<VerifiedTest>;

constexpr std::array outcomeWords = {"PASS", "WARN", "FAIL", "SKIP"};
constexpr std::array outcomeColours = {Colour::Green, Colour::Yellow, Colour::Red, Colour::Dim};

const char* word(const VerifiedTest& result) { return outcomeWords[static_cast<size_t>(result.finding.outcome)]; }

std::string totals(const Results& results) {
    std::string text;
    for (const auto outcome : {Outcome::Pass, Outcome::Warn, Outcome::Fail, Outcome::Skip}) {
        static constexpr std::array words = {"passed", "warned", "failed", "skipped"};
        text += (text.empty() ? "" : ", ") + std::to_string(count(results, outcome)) + " " +
                words[static_cast<size_t>(outcome)];
    }
    return text;
}

std::string verifyText(const authoring::Subject& subject, const Results& results) {
    Table table({"TEST", "FINDING", "WHAT IS TRUE OF IT"});
    for (const auto& result : results) {
        const auto& [outcome, reason, fix] = result.finding;
        table.add({{result.test->id, Colour::Bold},
                   {word(result), outcomeColours[static_cast<size_t>(outcome)]},
                   {result.test->shows}});
        if (!reason.empty() && outcome != Outcome::Pass) table.note("      " + printable(reason));
        if (!fix.empty()) table.note("      fix: " + printable(fix));
    }
    return table.text() + totals(results) + " (" + printable(subject.file) + ", seed " + std::to_string(subject.seed) +
           ")\n";
}

std::string verifyJson(const authoring::Subject& subject, const Results& results) {
    using Poco::JSON::Object;
    Poco::JSON::Array::Ptr tests = new Poco::JSON::Array;
    for (const auto& result : results) {
        Object::Ptr test = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
        test->set("id", result.test->id);
        test->set("level", result.test->level);
        test->set("shows", result.test->shows);
        test->set("finding", word(result));
        if (!result.finding.reason.empty()) test->set("reason", result.finding.reason);
        if (!result.finding.fix.empty()) test->set("fix", result.finding.fix);
        test->set("ms", result.took.count());
        tests->add(test);
    }
    Object body(Poco::JSON_PRESERVE_KEY_ORDER);
    body.set("file", subject.file);
    body.set("seed", subject.seed);
    body.set("passed", count(results, Outcome::Fail) == 0);
    body.set("tests", tests);
    std::ostringstream out;
    body.stringify(out);
    return out.str() + '\n';
}

// XML has no way to write control characters.
std::string escapedXml(std::string_view text) {
    std::string safe;
    for (const char c : printable(text)) {
        if (c == '&')
            safe += "&amp;";
        else if (c == '<')
            safe += "&lt;";
        else if (c == '>')
            safe += "&gt;";
        else if (c == '"')
            safe += "&quot;";
        else
            safe += c;
    }
    return safe;
}

std::string seconds(std::chrono::milliseconds time) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", std::chrono::duration<double>(time).count());
    return text.data();
}

// JUnit knows no warnings: they pass, and say what they have to say as output.
std::string verdictXml(const VerifiedTest& result) {
    const auto& [outcome, reason, fix] = result.finding;
    const auto message = escapedXml(reason);
    const auto text = fix.empty() ? "" : "fix: " + escapedXml(fix);
    switch (outcome) {
        case Outcome::Fail:
            return "<failure message=\"" + message + "\">" + text + "</failure>";
        case Outcome::Skip:
            return "<skipped message=\"" + message + "\"/>";
        case Outcome::Warn:
            return "<system-out>warning: " + message + "\n" + text + "</system-out>";
        case Outcome::Pass:
            break;
    }
    return reason.empty() ? "" : "<system-out>" + message + "</system-out>";
}

std::string verifyJunit(const authoring::Subject& subject, const Results& results) {
    std::chrono::milliseconds all{0};
    std::string cases;
    for (const auto& result : results) {
        all += result.took;
        cases += "  <testcase classname=\"probehost.verify\" name=\"" + std::string(result.test->id) + ": " +
                 escapedXml(result.test->shows) + "\" time=\"" + seconds(result.took) + "\">" + verdictXml(result) +
                 "</testcase>\n";
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" + escapedXml(subject.file) + "\" tests=\"" +
           std::to_string(results.size()) + "\" failures=\"" + std::to_string(count(results, Outcome::Fail)) +
           "\" errors=\"0\" skipped=\"" + std::to_string(count(results, Outcome::Skip)) + "\" time=\"" + seconds(all) +
           "\">\n" + cases + "</testsuite>\n";
}

} // namespace

std::string renderVerification(const authoring::Subject& subject, const Results& results, Format format) {
    if (format == Format::Json) return verifyJson(subject, results);
    if (format == Format::Junit) return verifyJunit(subject, results);
    return verifyText(subject, results);
}

} // namespace probehost::cli
