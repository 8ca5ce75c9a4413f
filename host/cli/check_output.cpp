// A table, one JSON object, or one line with performance data.
#include "cli/check_output.hpp"

#include <Poco/JSON/Object.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace probehost::cli {

namespace {

using Poco::JSON::Object;

std::string inMilliseconds(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

Cell statusCell(const CheckState& check) {
    if (check.healthy && check.warning.empty()) return {"healthy", Colour::Green};
    if (check.healthy) return {"warning", Colour::Yellow};
    return check.critical ? Cell{"unhealthy", Colour::Red} : Cell{"unhealthy, not critical", Colour::Yellow};
}

const std::string& message(const CheckState& check) { return check.healthy ? check.warning : check.error; }

std::string table(const CheckSummary& summary) {
    Table table({"CHECK", "CHECKER", "STATUS", "LATENCY", "MESSAGE"});
    for (const auto& check : summary.checks) {
        const auto latency = check.latencyMs ? inMilliseconds(*check.latencyMs) + " ms" : "";
        table.add(
            {{check.name, Colour::Bold}, {check.checker}, statusCell(check), {latency}, {printable(message(check))}});
        if (!message(check).empty() && !check.detail.empty()) {
            table.note("  " + coloured(printable(check.detail), Colour::Dim));
        }
    }
    return table.text();
}

std::string json(const CheckSummary& summary) {
    static constexpr std::array words = {"healthy", "degraded", "unhealthy"};
    Object body(Poco::JSON_PRESERVE_KEY_ORDER);
    body.set("status", words[static_cast<size_t>(summary.verdict)]);
    Object::Ptr checks = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& check : summary.checks) {
        Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
        object->set("healthy", check.healthy);
        if (!check.healthy) object->set("error", check.error);
        if (!check.healthy && !check.critical) object->set("critical", false);
        if (check.latencyMs) object->set("latency_ms", std::round(*check.latencyMs * 10) / 10);
        if (!check.warning.empty()) object->set("warning", check.warning);
        if (!check.detail.empty()) object->set("detail", check.detail);
        checks->set(check.name, object);
    }
    body.set("checks", checks);
    std::ostringstream out;
    body.stringify(out);
    return out.str() + '\n';
}

// Nagios reads one line: what is wrong before the bar, numbers behind it. A bar or line feed would end the text early.
std::string nagios(const CheckSummary& summary) {
    static constexpr std::array words = {"OK", "WARNING", "CRITICAL"};
    std::string problems;
    std::string data;
    for (const auto& check : summary.checks) {
        if (!message(check).empty()) problems += (problems.empty() ? "" : ", ") + check.name + ": " + message(check);
        if (check.latencyMs) data += " '" + check.name + "'=" + inMilliseconds(*check.latencyMs) + "ms;;;0";
    }
    if (problems.empty()) problems = std::to_string(summary.checks.size()) + " checks healthy";
    std::ranges::replace(problems, '|', '/');
    const auto line =
        std::string("PROBEHOST ") + words[static_cast<size_t>(summary.verdict)] + " - " + printable(problems);
    return line + (data.empty() ? "" : " |" + data) + '\n';
}

} // namespace

CheckSummary summarise(const std::vector<CheckState>& checks) {
    CheckSummary summary{checks, Verdict::Passing};
    for (const auto& check : checks) {
        if (!check.healthy && check.critical) summary.verdict = Verdict::Failing;
        const bool reservation = !check.healthy || !check.warning.empty();
        if (reservation && summary.verdict == Verdict::Passing) summary.verdict = Verdict::Degraded;
    }
    return summary;
}

std::string render(const CheckSummary& summary, Format format) {
    switch (format) {
        case Format::Json:
            return json(summary);
        case Format::Nagios:
            return nagios(summary);
        default:
            break;
    }
    return table(summary);
}

} // namespace probehost::cli
