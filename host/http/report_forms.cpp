// One line or one object per check, whoever asks.
#include "http/report_forms.hpp"

#include "http/json_object.hpp"

namespace probehost {

namespace {

using Poco::JSON::Object;

const char* ietfStatus(const CheckState& check) {
    if (check.healthy) return check.warning.empty() ? "pass" : "warn";
    return check.critical ? "fail" : "warn";
}

const char* ietfStatus(Verdict verdict) {
    return verdict == Verdict::Failing ? "fail" : verdict == Verdict::Degraded ? "warn" : "pass";
}

Object::Ptr measurement(const CheckState& check) {
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    object->set("status", ietfStatus(check));
    if (check.latencyMs) {
        object->set("observedValue", *check.latencyMs);
        object->set("observedUnit", "ms");
    }
    const auto& output = check.healthy ? check.warning : check.error;
    if (!output.empty()) object->set("output", output);
    return object;
}

} // namespace

std::string renderText(const Report& report, Probe probe, Verdict verdict, const std::set<std::string>& excluded) {
    std::string text;
    for (const auto& check : report.checks) {
        if (!check.probes.has(probe)) continue;
        if (excluded.contains(check.name)) {
            text += "[+]" + check.name + " excluded: ok\n";
        } else {
            text +=
                check.healthy ? "[+]" + check.name + " ok\n" : "[-]" + check.name + " failed: " + check.error + "\n";
        }
    }
    const bool passed = verdict != Verdict::Failing;
    return text + name(probe) + " check " + (passed ? "passed" : "failed") + "\n";
}

std::string renderIetf(const Report& report, Probe probe, const std::string& service) {
    Object::Ptr body = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    body->set("status", ietfStatus(report.verdict(probe)));
    if (!service.empty()) body->set("serviceId", service);
    JsonObject checks;
    for (const auto& check : report.checks) {
        if (!check.probes.has(probe)) continue;
        checks.add(check.name + ":responseTime", "[" + jsonText(measurement(check)) + "]");
    }
    JsonObject whole(body);
    whole.add("checks", checks.text());
    return whole.text();
}

} // namespace probehost
