// Poco writes the JSON; the order of the keys is the contract's.
#include "http/report_json.hpp"

#include <Poco/JSON/Object.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>
#include <sstream>

namespace probehost {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr size_t largestBody = 10 * 1024 - 1;

Object::Ptr orderedObject() { return new Object(Poco::JSON_PRESERVE_KEY_ORDER); }

std::string text(const Object::Ptr& object) {
    std::ostringstream out;
    object->stringify(out);
    return out.str();
}

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

template <typename Keep>
std::string withChecks(Object::Ptr body, const Report& report, Probe probe, Keep keep) {
    auto checks = orderedObject();
    for (const auto& check : report.checks) {
        if (check.probes.has(probe) && keep(check)) checks->set(check.name, checkObject(check));
    }
    body->set("checks", checks);
    return text(body);
}

// What comes first where not all checks fit: critical failures, other failures, warnings, the rest.
int rank(const CheckState& check) {
    if (!check.healthy) return check.critical ? 0 : 1;
    return check.warning.empty() ? 3 : 2;
}

std::set<const CheckState*> mostTelling(const Report& report, Probe probe, size_t room) {
    std::vector<const CheckState*> order;
    for (const auto& check : report.checks) {
        if (check.probes.has(probe)) order.push_back(&check);
    }
    std::ranges::stable_sort(order, {}, [](const CheckState* check) { return rank(*check); });
    std::set<const CheckState*> taken;
    for (const auto* check : order) {
        const size_t size = text(checkObject(*check)).size() + check->name.size() + std::string(R"("":,)").size();
        if (size > room) break;
        room -= size;
        taken.insert(check);
    }
    return taken;
}

bool mayFit(const Report& report, Probe probe) {
    constexpr size_t shortest = std::string_view(R"("":{"healthy":true},)").size();
    const auto shown = std::ranges::count_if(report.checks, [&](const auto& check) { return check.probes.has(probe); });
    return static_cast<size_t>(shown) * shortest <= largestBody;
}

std::string fittingBody(const Report& report, Probe probe, const Object::Ptr& body) {
    if (mayFit(report, probe)) {
        auto full = withChecks(body, report, probe, [](const CheckState&) { return true; });
        if (full.size() <= largestBody) return full;
    }
    const auto empty = withChecks(body, report, probe, [](const CheckState&) { return false; });
    const auto shown = mostTelling(report, probe, largestBody - empty.size());
    return withChecks(body, report, probe, [&](const CheckState& check) { return shown.contains(&check); });
}

ProbeAnswer answer(const Report& report, Probe probe, const std::string& service) {
    ProbeAnswer answer;
    answer.passing = report.verdict(probe) != Verdict::Failing;
    answer.terseBody = text(heading(report, probe, service));
    answer.body = renderProbe(report, probe, service);
    return answer;
}

// The live answer of a host whose own scheduler has stopped: nothing about checks can be known any more.
ProbeAnswer stuckAnswer(const std::string& service) {
    auto body = orderedObject();
    body->set("status", "not_alive");
    if (!service.empty()) body->set("service", service);
    ProbeAnswer answer;
    answer.terseBody = text(body);
    body->set("checks", orderedObject());
    answer.body = text(body);
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
    auto body = heading(report, probe, service);
    return showsChecks(report, probe) ? fittingBody(report, probe, body) : text(body);
}

std::string renderVerbose(const Report& report, const VerboseQuestion& question) {
    auto body = orderedObject();
    body->set("status", status(question.probe, report.verdict(question.probe)));
    if (!question.service.empty()) body->set("service", question.service);
    body->set("version", PROBEHOST_VERSION);
    body->set("probe", name(question.probe));
    auto checks = orderedObject();
    std::set<std::string> unknown = question.excluded;
    for (const auto& check : report.checks) {
        unknown.erase(check.name);
        if (check.probes.has(question.probe)) checks->set(check.name, verboseObject(check));
    }
    body->set("checks", checks);
    if (!question.excluded.empty()) {
        Array::Ptr names = new Array;
        for (const auto& each : unknown) names->add(each);
        body->set("unknown_excluded", names);
    }
    return text(body);
}

std::string renderCheck(const CheckState& check) { return text(checkObject(check)); }

std::string renderError(const std::string& message) {
    auto body = orderedObject();
    body->set("error", message);
    return text(body);
}

} // namespace probehost
