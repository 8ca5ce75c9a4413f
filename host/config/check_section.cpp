// The keys of a check and the rules their values follow.
#include "config/check_section.hpp"

#include "config/probe_names.hpp"

namespace probehost {

namespace {

constexpr DurationLimits positive{milliseconds(1), std::chrono::hours(24)};
constexpr DurationLimits timeoutLimits{milliseconds(1), std::chrono::hours(1)}; // as the plugin ABI has it

std::optional<ProbeSet> readProbes(ConfigSection& section) {
    const auto items = section.texts("probes", "[ready]");
    if (!items) return std::nullopt;
    ProbeSet probes;
    for (const auto& item : *items) {
        if (const auto probe = section.choiceOf(item, probeNames())) probes.add(allProbes.at(*probe));
    }
    if (items->empty()) section.error("probes", "expected at least one of live, ready, started");
    return probes;
}

Location locationOf(ConfigSection& section, std::string_view key, const Location& otherwise) {
    const auto* node = section.node(key);
    return {otherwise.file, node == nullptr ? otherwise.line : node->line};
}

void readPolicy(ConfigSection& section, CheckPolicy& policy) {
    policy.failureThreshold = section.count("failure_threshold", 1).value_or(1);
    policy.successThreshold = section.count("success_threshold", 1).value_or(1);
    policy.critical = section.flag("critical").value_or(true);
}

void readDurations(ConfigSection& section, UnresolvedCheck& unresolved) {
    unresolved.timeout = section.duration("timeout", timeoutLimits);
    unresolved.interval = section.duration("interval");
    unresolved.maxAge = section.duration("max_age");
    unresolved.staleAfter = section.duration("stale_after", positive);
}

} // namespace

CheckEntry readCheck(const std::string& name, ConfigSection section, const Location& location) {
    CheckEntry check;
    check.location = location;
    check.policy.name = name;
    const auto* checker = section.node("checker");
    if (checker == nullptr) section.error("checker", "is missing; name the checker, such as postgres");
    check.unresolved.checkerExpanded = checker != nullptr && checker->expanded;
    check.policy.checker = section.text("checker").value_or("");
    check.unresolved.probes = readProbes(section);
    readDurations(section, check.unresolved);
    readPolicy(section, check.policy);
    if (const auto isolation = section.choice("isolation", {"auto", "thread", "process"})) {
        check.isolation = static_cast<Isolation>(*isolation);
    }
    check.forceLive = section.flag("force_live").value_or(false);
    if (const auto* with = section.node("with")) check.unresolved.with = *with;
    check.unresolved.probesLocation = locationOf(section, "probes", location);
    check.unresolved.checkerLocation = locationOf(section, "checker", location);
    check.unresolved.staleAfterLocation = locationOf(section, "stale_after", location);
    section.rejectUnknown();
    return check;
}

std::string wrongWithCheckName(const std::string& name) {
    constexpr auto allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    if (!name.empty() && name.size() <= 64 && name.find_first_not_of(allowed) == std::string::npos) return "";
    return "a check's name has 1 to 64 letters, digits and _.-";
}

} // namespace probehost
