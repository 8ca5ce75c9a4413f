// Poco writes the JSON; the order of the keys is the contract's.
#include "http/report_json.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>
#include <sstream>

#include "http/json_object.hpp"

namespace probehost {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr size_t largestBody = 10 * 1024 - 1;

Object::Ptr orderedObject() { return new Object(Poco::JSON_PRESERVE_KEY_ORDER); }

double rounded(double milliseconds) { return std::round(milliseconds * 10) / 10; }

Object::Ptr checkObject(const CheckState& check) {
    auto object = orderedObject();
    object->set("healthy", check.healthy);
    if (!check.healthy) object->set("error", check.error);
    if (!check.healthy && !check.critical) object->set("critical", false);
    if (check.latencyMs) object->set("latency_ms", rounded(*check.latencyMs));
    if (!check.warning.empty()) object->set("warning", check.warning);
    return object;
}

std::string timeText(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char buffer[32];
    const size_t length = std::strftime(buffer, sizeof(buffer), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {buffer, length};
}

Object::Ptr verboseObject(const CheckState& check) {
    auto object = checkObject(check);
    object->set("checker", check.checker);
    object->set("critical", check.critical);
    if (check.age) object->set("age_ms", check.age->count());
    object->set("since", timeText(check.since));
    object->set("consecutive_failures", check.consecutiveFailures);
    if (!check.lastError.empty()) object->set("last_error", check.lastError);
    object->set("runs", check.runs);
    if (check.stuckFor) object->set("stuck_ms", check.stuckFor->count());
    return object;
}

std::string textOf(const std::set<std::string>& names) {
    Array array;
    for (const auto& name : names) array.add(name);
    std::ostringstream out;
    array.stringify(out);
    return out.str();
}

const char* status(Probe probe, Verdict verdict) {
    if (probe == Probe::Live) return verdict == Verdict::Failing ? "not_alive" : "alive";
    if (probe == Probe::Started) return verdict == Verdict::Failing ? "starting" : "started";
    return verdict == Verdict::Failing ? "not_ready" : verdict == Verdict::Degraded ? "degraded" : "ready";
}

// What every form of a body begins with.
Object::Ptr heading(const Report& report, Probe probe, const std::string& service) {
    const auto verdict = report.verdict(probe);
    auto body = orderedObject();
    body->set("status", status(probe, verdict));
    if (probe == Probe::Live && !service.empty()) body->set("service", service);
    if (probe == Probe::Started && verdict == Verdict::Failing) body->set("detail", "Service is still initialising");
    return body;
}

bool showsChecks(const Report& report, Probe probe) {
    return probe == Probe::Ready || (probe == Probe::Live && report.live() == Verdict::Failing);
}

// What comes first where not all checks fit: critical failures, other failures, warnings, the rest.
int rank(const CheckState& check) {
    if (!check.healthy) return check.critical ? 0 : 1;
    return check.warning.empty() ? 3 : 2;
}

std::vector<size_t> mostTellingFirst(const Report& report, Probe probe) {
    std::vector<size_t> order;
    for (size_t i = 0; i < report.checks.size(); i++) {
        if (report.checks[i].probes.has(probe)) order.push_back(i);
    }
    std::ranges::stable_sort(order, {}, [&](size_t i) { return rank(report.checks[i]); });
    return order;
}

// The checks that have room, in the order of the configuration.
std::string fittingChecks(const Report& report, Probe probe, size_t room) {
    std::vector<std::string> members(report.checks.size());
    room -= JsonObject().size();
    for (const size_t i : mostTellingFirst(report, probe)) {
        auto member = jsonMember(report.checks[i].name, jsonText(checkObject(report.checks[i])));
        if (member.size() > room) break;
        room -= std::min(room, member.size() + 1);
        members[i] = std::move(member);
    }
    JsonObject checks;
    for (const auto& member : members) {
        if (!member.empty()) checks.add(member);
    }
    return checks.text();
}

std::string withChecks(const Object::Ptr& heading, const Report& report, Probe probe) {
    JsonObject body(heading);
    const size_t room = largestBody - body.size() - std::string_view(R"(,"checks":)").size();
    body.add("checks", fittingChecks(report, probe, room));
    return body.text();
}

ProbeAnswer answer(const Report& report, Probe probe, const std::string& service) {
    ProbeAnswer answer;
    answer.passing = report.verdict(probe) != Verdict::Failing;
    answer.terseBody = jsonText(heading(report, probe, service));
    answer.body = renderProbe(report, probe, service);
    return answer;
}

// The live answer of a host whose own scheduler has stopped: nothing about checks can be known any more.
ProbeAnswer stuckAnswer(const std::string& service) {
    auto body = orderedObject();
    body->set("status", "not_alive");
    if (!service.empty()) body->set("service", service);
    ProbeAnswer answer;
    answer.terseBody = jsonText(body);
    body->set("checks", orderedObject());
    answer.body = jsonText(body);
    return answer;
}

} // namespace

ProbeAnswers renderAnswers(const Report& report, const std::string& service,
                           std::chrono::steady_clock::time_point readyFreshUntil) {
    ProbeAnswers answers;
    for (const auto probe : allProbes) answers[probe] = answer(report, probe, service);
    answers[Probe::Ready].freshUntil = readyFreshUntil;
    answers.stuck = stuckAnswer(service);
    return answers;
}

std::string renderProbe(const Report& report, Probe probe, const std::string& service) {
    const auto body = heading(report, probe, service);
    return showsChecks(report, probe) ? withChecks(body, report, probe) : jsonText(body);
}

std::string renderVerbose(const Report& report, const VerboseQuestion& question) {
    auto body = orderedObject();
    body->set("status", status(question.probe, report.verdict(question.probe)));
    if (!question.service.empty()) body->set("service", question.service);
    body->set("version", PROBEHOST_VERSION);
    body->set("probe", name(question.probe));
    JsonObject checks;
    std::set<std::string> unknown = question.excluded;
    for (const auto& check : report.checks) {
        unknown.erase(check.name);
        if (check.probes.has(question.probe)) checks.add(check.name, jsonText(verboseObject(check)));
    }
    JsonObject whole(body);
    whole.add("checks", checks.text());
    if (!question.excluded.empty()) whole.add("unknown_excluded", textOf(unknown));
    return whole.text();
}

std::string renderCheck(const CheckState& check) { return jsonText(checkObject(check)); }

std::string renderError(const std::string& message) {
    auto body = orderedObject();
    body->set("error", message);
    return jsonText(body);
}

} // namespace probehost
