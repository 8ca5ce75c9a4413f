// Reports as the JSON of the contract: the only place that knows its field names.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "health/report.hpp"
#include "http/probe_answers.hpp"

namespace probehost {

// All three probes' default bodies, at most 10 KiB each: beyond that, healthy checks are left out first.
ProbeAnswers renderAnswers(const Report& report, const std::string& service,
                           std::chrono::steady_clock::time_point readyFreshUntil);

// One probe's verdict, or one check's, in full detail for operators.
struct VerboseQuestion {
    Probe probe = Probe::Ready;
    std::string service;
    std::set<std::string> excluded;
};
std::string renderVerbose(const Report& report, const VerboseQuestion& question);

// The default form of a probe, without the excluded checks.
std::string renderProbe(const Report& report, Probe probe, const std::string& service);

// {"healthy":…} of one check.
std::string renderCheck(const CheckState& check);

// {"error":"…"}
std::string renderError(const std::string& message);

} // namespace probehost
